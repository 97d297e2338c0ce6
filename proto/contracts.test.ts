import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AnyDesc, DescField, DescFile, DescMessage } from "@bufbuild/protobuf";
import {
  create,
  createFileRegistry,
  fromBinary,
  getOption,
  hasOption,
  ScalarType,
} from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { getComments } from "@bufbuild/protoplugin";
import { createValidator } from "@bufbuild/protovalidate";
import * as rules from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Binding, subjectsOf } from "../registry/core/binding/binding.ts";
import { readBindings } from "../registry/core/binding/read-bindings.ts";
import * as options from "../registry/core/gen/charter/nats/v1/binding_pb.js";
import { grammarProblem } from "../registry/core/subject/grammar.ts";
import { grammarOf } from "../registry/core/subject/owner-grammar.ts";
import { overlaps, parsePattern, type SubjectPattern } from "../registry/core/subject/pattern.ts";

const root = join(import.meta.dirname, "..");
const buf = join(root, "node_modules/.bin/buf");

/** buf reads validate.proto from the folder that this script fills. */
execFileSync(process.execPath, [join(root, "ci/print-validate-proto.ts")]);
const registry = createFileRegistry(
  fromBinary(
    FileDescriptorSetSchema,
    execFileSync(buf, ["build", "--as-file-descriptor-set", "-o", "-"], { cwd: root }),
  ),
);
const ours = [...registry.files].filter((file) => /^(bodybroker|charter)\//.test(file.name));
const customers = ours.filter((file) => file.name.startsWith("bodybroker/"));
const read = readBindings(
  registry,
  customers.map((file) => `${file.name}.proto`),
);
const { bindings } = read;

function ofKind<Kind extends Binding["kind"]>(kind: Kind): Extract<Binding, { kind: Kind }>[] {
  return bindings.filter((b): b is Extract<Binding, { kind: Kind }> => b.kind === kind);
}

function pattern(text: string): SubjectPattern {
  const result = parsePattern(text);
  if (!result.ok) throw new Error(`${text}: ${result.reason}`);
  return result.pattern;
}

function messageOf(typeName: string): DescMessage {
  const message = registry.getMessage(typeName);
  if (!message) throw new Error(`no message ${typeName}`);
  return message;
}

describe("proto/", () => {
  test.each([
    ["lint", ["lint"]],
    ["format", ["format", "--diff", "--exit-code"]],
  ])("is clean for buf %s", (_, args) => {
    expect(execFileSync(buf, args, { cwd: root, encoding: "utf8" })).toBe("");
  });

  test("says in a comment what every service, rpc, message, field and value means", () => {
    const bare = ours.flatMap((file) =>
      documented(file)
        .filter((desc) => !getComments(desc).leading?.trim())
        .map(String),
    );
    expect(bare).toEqual([]);
  });

  test("holds only rules that the validator can run", () => {
    const validator = createValidator({ registry });
    const broken = ours
      .flatMap((file) => [...nestedTypes(file)].filter((desc) => desc.kind === "message"))
      .map((message) => validator.validate(message, create(message)))
      .flatMap((result) => (result.kind === "error" ? [result.error.message] : []));
    expect(broken).toEqual([]);
  });
});

describe("the first customer's contracts", () => {
  test("bind 56 requests, 2 streams and 29 events of 22 services", () => {
    expect(read.problems).toEqual([]);
    expect(customers.flatMap((file) => file.services)).toHaveLength(22);
    expect(ofKind("request")).toHaveLength(56);
    expect(ofKind("streaming")).toHaveLength(2);
    expect(ofKind("event")).toHaveLength(29);
  });

  test.each([
    ["ai.world.state.update.v1.{world_id}", "event", "bodybroker.world.v1.WorldStateUpdated"],
    ["ai.npc.behavior.request.v1", "request", "bodybroker.npc.v1.PlanRequest"],
    ["ai.npc.behavior.reply.v1", "reply", "bodybroker.npc.v1.PlanRequest"],
    ["ai.quest.generate.request.v1", "request", "bodybroker.quest.v1.GenerateQuestRequest"],
    ["ai.quest.generate.reply.v1", "reply", "bodybroker.quest.v1.GenerateQuestRequest"],
    ["ai.model.infer.request.v1.{model_id}", "request", "bodybroker.ai.v1.InferRequest"],
    ["ai.model.infer.token.v1.{meta.request_id}", "frames", "bodybroker.ai.v1.StreamInferRequest"],
    ["ai.audit.event.v1", "event", "bodybroker.audit.v1.AuditEvent"],
    ["ai.training.signal.v1", "event", "bodybroker.training.v1.TrainingSignal"],
  ])("claim the documented subject %s as %s", (text, role, messageType) => {
    const claims = bindings.flatMap((binding) =>
      subjectsOf(binding).map((subject) => ({ ...subject, messageType: binding.messageType })),
    );
    expect(claims.filter((claim) => claim.pattern === text)).toEqual([
      { pattern: text, role, messageType },
    ]);
  });

  test.each([
    ["bodybroker.quest.v1.", "q.quest"],
    ["bodybroker.npc.v1.", "q.npc"],
    ["bodybroker.ai.v1.", "q.model"],
    ["bodybroker.model.v1.", "q.model-management"],
    ["bodybroker.world.v1.", "q.world"],
  ])("serve %s in the queue group %s", (protoPackage, queueGroup) => {
    const rpcs = [...ofKind("request"), ...ofKind("streaming")];
    const groups = rpcs.filter((b) => b.rpc.startsWith(protoPackage)).map((b) => b.queueGroup);
    expect(new Set(groups)).toEqual(new Set([queueGroup]));
  });

  test("keep to the subject grammar of the estate's policy", () => {
    const { subjects } = parse(readFileSync(join(root, "proto/policy.yaml"), "utf8"));
    const grammar = grammarOf(subjects, "bodybroker");
    const problems = bindings.flatMap((binding) => {
      const protoPackage = messageOf(binding.messageType).file.proto.package;
      return subjectsOf(binding)
        .map((s) => grammarProblem(pattern(s.pattern), protoPackage, grammar))
        .filter((problem) => problem !== null);
    });
    expect(problems).toEqual([]);
  });

  test("claim no subject twice", () => {
    const claimed = bindings.flatMap(subjectsOf).map((subject) => pattern(subject.pattern));
    const clashes = claimed.flatMap((a, i) =>
      claimed.slice(i + 1).flatMap((b) => (overlaps(a, b) ? [`${a.text} and ${b.text}`] : [])),
    );
    expect(clashes).toEqual([]);
  });

  test("give every parameter a rule that keeps it one token of a subject", () => {
    const token = /^\^(?:\[a-z\])?\[[A-Za-z0-9_=~@:+-]+\]\{\d+,\d+\}\$$/;
    const loose = bindings.flatMap((binding) =>
      [...binding.parameters, ...(binding.kind === "streaming" ? binding.framesParameters : [])]
        .map(({ field }) => ({ field, rule: patternRule(messageOf(binding.messageType), field) }))
        .filter(({ rule }) => !token.test(rule) || new RegExp(rule).test(""))
        .map(({ field, rule }) => `${binding.pattern} {${field}}: ${rule}`),
    );
    expect(loose).toEqual([]);
  });

  test("agree on the streams that they share, and leave other events to core NATS", () => {
    const streams = ofKind("event").flatMap((event) => event.stream ?? []);
    const policies = new Set(streams.map((stream) => JSON.stringify(stream)));
    expect(policies.size).toBe(new Set(streams.map((stream) => stream.name)).size);
    expect(streams).toContainEqual({ name: "NPC_EVENTS", maxAgeS: 300, maxBytes: "67108864" });
    const core = ofKind("event").filter((event) => event.stream === null);
    expect(core.map((event) => event.messageType)).toContain("bodybroker.quest.v1.QuestGenerated");
  });

  test("require Meta as field 1 of every request", () => {
    const without = [...ofKind("request"), ...ofKind("streaming")].filter((binding) => {
      const meta = messageOf(binding.messageType).fields.find((field) => field.number === 1);
      const isMeta = meta?.message?.typeName === "bodybroker.common.v1.Meta";
      return !isMeta || !getOption(meta, rules.field).required;
    });
    expect(without.map((binding) => binding.messageType)).toEqual([]);
  });

  test.each([
    "bodybroker.auth.v1.ValidateSessionRequest.session_token",
    "bodybroker.auth.v1.CreateSessionResponse.session_token",
    "bodybroker.payment.v1.ProcessPaymentRequest.amount",
    "bodybroker.payment.v1.ProcessPaymentResponse.balance",
    "bodybroker.payment.v1.PaymentCompleted.amount",
  ])("mark %s as sensitive", (path) => {
    const at = path.lastIndexOf(".");
    const field = messageOf(path.slice(0, at)).fields.find((f) => f.name === path.slice(at + 1));
    expect(field && hasOption(field, options.sensitive)).toBe(true);
  });

  test("bound the length of every text and list that a caller sends", () => {
    const unbounded = customers
      .flatMap((file) => [...nestedTypes(file)].filter((desc) => desc.kind === "message"))
      .flatMap((message) => message.fields.filter((field) => !isBounded(field)))
      .map(String);
    expect(unbounded).toEqual([]);
  });
});

type Element = Exclude<AnyDesc, DescFile>;

function documented(file: DescFile): Element[] {
  return [...nestedTypes(file)].flatMap((desc) => [desc, ...partsOf(desc)]);
}

function partsOf(desc: Element): Element[] {
  if (desc.kind === "message") return [...desc.fields, ...desc.oneofs];
  if (desc.kind === "enum") return [...desc.values];
  return desc.kind === "service" ? [...desc.methods] : [];
}

/** The pattern that protovalidate holds the field at a path such as `meta.request_id` to. */
function patternRule(message: DescMessage, path: string): string {
  const [name, ...rest] = path.split(".");
  const field = message.fields.find((each) => each.name === name);
  if (field?.fieldKind === "message") return patternRule(field.message, rest.join("."));
  const rule = field && getOption(field, rules.field).type;
  return rule?.case === "string" ? rule.value.pattern : "";
}

function isBounded(field: DescField): boolean {
  const { type } = getOption(field, rules.field);
  if (field.fieldKind === "map") return type.case === "map" && type.value.maxPairs > 0n;
  if (field.fieldKind === "list") {
    if (type.case !== "repeated" || type.value.maxItems === 0n) return false;
    return field.listKind !== "scalar" || hasLength(field.scalar, type.value.items);
  }
  return field.fieldKind !== "scalar" || hasLength(field.scalar, getOption(field, rules.field));
}

function hasLength(scalar: ScalarType, rule: rules.FieldRules | undefined): boolean {
  if (scalar !== ScalarType.STRING && scalar !== ScalarType.BYTES) return true;
  const type = rule?.type;
  if (type?.case === "string") return type.value.maxLen > 0n || type.value.pattern !== "";
  return type?.case === "bytes" && type.value.maxLen > 0n;
}
