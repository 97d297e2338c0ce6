import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { getOption } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import fc from "fast-check";
import { sensitive } from "../../../registry/core/gen/charter/nats/v1/binding_pb.js";
import { demandOf } from "../../../registry/core/samples/demand.ts";
import { variedMessages } from "../../../registry/core/samples/messages.ts";
import type { CaseResult } from "../property.ts";
import { tokensOf } from "../subjects.ts";
import { attemptWithKnown, collectGrants, shortfallOf, typeUnderTest } from "./granting.ts";
import { nothing, type RequestBench, type RequestLaw } from "./law.ts";
import { failureOf } from "./probing.ts";

/** A field of the request and the one of the reply that repeats it, each from the outside in. */
interface Correlation {
  readonly request: readonly DescField[];
  readonly reply: readonly DescField[];
}

/**
 * A reply repeats what its request is known by. Requests are sent in pairs at the same time, because a
 * service that mixes them up does so when it has two in hand.
 */
export const correlate: RequestLaw = {
  id: "R5",
  title: "repeats what correlates",
  minimum: 10,
  on: "request",
  effect: "calls",
  async check(bench) {
    const correlation = correlationOf(bench);
    if (typeof correlation === "string") return nothing("inconclusive", correlation);
    if (correlation === null) {
      return nothing(
        "skipped",
        "no contract file says `correlate` of it, and no request_id is in both",
      );
    }
    const names = correlation.request.map((field) => field.name);
    const demand = demandOf([...tokensOf(bench.binding), { path: names, token: false }]);
    const messages = variedMessages(bench.generator, bench.input, demand);
    const pairs = Math.ceil(bench.samples / 2);
    const grants = await collectGrants(
      bench,
      fc.tuple(messages, messages),
      { seed: bench.seed, wanted: pairs },
      (pair) => repeatedInBoth(bench, correlation, pair),
    );
    const samples = 2 * grants.granted;
    const fields = `${pathOf(correlation.reply)} repeats ${pathOf(correlation.request)}`;
    const evidence = { fields, refused: grants.refused };
    const shortfall = shortfallOf(grants, pairs, { samples, evidence, what: "pairs of requests" });
    return shortfall ?? { verdict: "pass", samples, evidence };
  },
};

/** What a contract file says, or the `request_id` that both have at one path; a text for a wrong path. */
function correlationOf({ settings, input, output }: RequestBench): Correlation | string | null {
  if (settings.correlate === undefined) return evident(input, output);
  const request = fieldsAt(input, settings.correlate.request.split("."));
  const reply = fieldsAt(output, settings.correlate.reply.split("."));
  const wrong = (path: string, desc: DescMessage) =>
    `the contract file names ${path} in \`correlate\`, and ${desc.typeName} has no single value there`;
  if (request === null) return wrong(settings.correlate.request, input);
  if (reply === null) return wrong(settings.correlate.reply, output);
  return { request, reply };
}

const evidentPaths = [["request_id"], ["meta", "request_id"]];

function evident(input: DescMessage, output: DescMessage): Correlation | null {
  for (const path of evidentPaths) {
    const request = fieldsAt(input, path);
    const reply = fieldsAt(output, path);
    if (request !== null && reply !== null) return { request, reply };
  }
  return null;
}

/** The fields on a path, or null when it does not lead to a single scalar or enum. */
function fieldsAt(desc: DescMessage, [name, ...rest]: readonly string[]): DescField[] | null {
  const field = desc.fields.find((each) => each.name === name);
  if (field === undefined) return null;
  if (rest.length === 0) {
    return field.fieldKind === "scalar" || field.fieldKind === "enum" ? [field] : null;
  }
  const inside = field.fieldKind === "message" ? fieldsAt(field.message, rest) : null;
  return inside === null ? null : [field, ...inside];
}

function pathOf(fields: readonly DescField[]): string {
  return fields.map((field) => field.name).join(".");
}

async function repeatedInBoth(
  bench: RequestBench,
  correlation: Correlation,
  pair: readonly [Message, Message],
): Promise<CaseResult> {
  const results = await Promise.all(pair.map((each) => repeated(bench, correlation, each)));
  return (
    results.find((each) => each.kind === "broken" || each.kind === "schema-bug") ??
    results.find((each) => each.kind === "void") ??
    results.find((each) => each.kind === "kept" && typeof each.refusal === "string") ??
    results[0] ?? { kind: "void" }
  );
}

/** Whether a valid request is granted at all is another law's question. */
const asking = { summaryOf: (symptom: string) => symptom };

async function repeated(
  bench: RequestBench,
  { request, reply }: Correlation,
  message: Message,
): Promise<CaseResult> {
  const { input, output } = bench;
  const outcome = await attemptWithKnown(bench, typeUnderTest(bench), message, asking);
  if (outcome.kind === "broken") return { kind: "kept", refusal: outcome.symptom };
  if (outcome.kind !== "kept" || outcome.refusal !== null) return outcome;
  if (outcome.answer.kind !== "message") return { kind: "void" };
  const sent = valueAt(reflect(input, outcome.probe.message), request);
  if (sent === "") return { kind: "void" };
  const came = valueAt(reflect(output, outcome.answer.message), reply);
  if (came === sent) return outcome;
  const summary = `${pathOf(reply)} of the reply must repeat ${pathOf(request)} of the request`;
  const answer = `a ${output.typeName} with ${shown(reply, came)}, and not ${shown(request, sent)}`;
  return {
    kind: "broken",
    symptom: "another value",
    failure: failureOf(bench, outcome.probe, summary, answer),
    ...(outcome.probe.message === message ? {} : { exact: true }),
  };
}

/** The value as text; the empty text where a message on the way is not set. */
function valueAt(message: ReflectMessage, [field, ...rest]: readonly DescField[]): string {
  if (field === undefined || !message.isSet(field)) return "";
  const value = message.get(field);
  if (rest.length > 0) return valueAt(value as ReflectMessage, rest);
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}

const longestShown = 100;

/** What came is anybody's text: it is bounded and quoted, and left out where it is sensitive. */
function shown(fields: readonly DescField[], value: string): string {
  return fields.some((field) => getOption(field, sensitive))
    ? "a value that is not shown"
    : JSON.stringify(value.slice(0, longestShown));
}
