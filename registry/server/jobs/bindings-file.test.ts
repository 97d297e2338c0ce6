import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createFileRegistry, getOption, hasOption, toJson } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readWorkspace } from "../../cli/workspace/workspace.ts";
import { allMessages } from "../../core/binding/read-bindings.ts";
import * as options from "../../core/gen/charter/nats/v1/binding_pb.js";
import { limits } from "../../core/limits.ts";
import { defaultPolicy } from "../../core/policy/policy.ts";
import { readImage } from "../../core/revision/image.ts";
import { packStub } from "../npm/pack-stub.ts";
import { createStubBuilder } from "../npm/stub-builder.ts";
import type { Store } from "../ports.ts";
import { moduleOf, proto } from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";
import type { ProposedModule } from "./proposal.ts";

const root = join(import.meta.dirname, "../../..");

/** A registry whose store the test can read too. */
async function start(): Promise<{ registry: TestRegistry; store: Store }> {
  let store: Store | undefined;
  const registry = await startTestRegistry({
    intercept: (edges) => {
      store = edges.store;
      return edges;
    },
  });
  if (store === undefined) throw new Error("the registry has no store");
  const subjects = { ...defaultPolicy.subjects, bodybroker: { roots: ["ai"] } };
  const policy = { ...defaultPolicy, subjects };
  await registry.client.setPolicy({ policy, reason: "as documented", expectedVersion: 0 });
  return { registry, store };
}

/** The file without Charter's options and their import. */
function withoutOptions(text: string): string {
  return text
    .replace('import "charter/nats/v1/binding.proto";\n', "")
    .replace(/ *option \(charter\.nats\.v1\.\w+\) = \{[^;]*\};\n/g, "")
    .replace(/,\s*\(charter\.nats\.v1\.sensitive\) = true/g, "")
    .replace(/ \[\(charter\.nats\.v1\.sensitive\) = true\]/g, "")
    .replace(/\(charter\.nats\.v1\.sensitive\) = true,\s*/g, "");
}

/** The bindings.yaml that says what a release's options say. */
function bindingsOf(store: Store, module: string): string {
  const release = store.release(module, "1.0.0");
  if (release === null) throw new Error(`${module} is not registered`);
  const registry = createFileRegistry(readImage(store.image(release.id)));
  const json = { useProtoFieldName: true } as const;
  const services: Record<string, unknown> = {};
  const requests: Record<string, unknown> = {};
  const events: Record<string, unknown> = {};
  const sensitive: string[] = [];
  for (const { path } of release.files) {
    const file = registry.getFile(path);
    for (const service of file?.services ?? []) {
      if (hasOption(service, options.service)) {
        const contract = getOption(service, options.service);
        services[service.typeName] = toJson(options.ServiceContractSchema, contract, json);
      }
      for (const rpc of service.methods.filter((each) => hasOption(each, options.request))) {
        const request = getOption(rpc, options.request);
        requests[`${service.typeName}.${rpc.name}`] = toJson(
          options.RequestBindingSchema,
          request,
          json,
        );
      }
    }
    for (const message of allMessages(file?.messages ?? [])) {
      if (hasOption(message, options.event)) {
        const event = toJson(options.EventBindingSchema, getOption(message, options.event), json);
        // JSON has 64-bit numbers as text.
        const stream = (event as { stream?: { max_bytes?: unknown } }).stream;
        if (stream?.max_bytes !== undefined) stream.max_bytes = Number(stream.max_bytes);
        events[message.typeName] = event;
      }
      for (const field of message.fields) {
        if (getOption(field, options.sensitive))
          sensitive.push(`${message.typeName}.${field.name}`);
      }
    }
  }
  return stringify({ services, requests, events, sensitive });
}

it("a bindings.yaml gives every module of the estate the release and the stub package that options give", async () => {
  const [inFile, beside] = [await start(), await start()];
  try {
    const { proposal } = await readWorkspace(root, undefined, undefined);
    const modules = proposal.modules.filter((each) => each.name.startsWith("bodybroker/"));
    expect(modules.length).toBeGreaterThan(20);
    await inFile.registry.push(...modules);
    const stripped = modules.map(({ name, files }) => ({
      name,
      files: files.map(({ path, content }) => ({ path, content: withoutOptions(content) })),
      bindings: bindingsOf(inFile.store, name),
    }));
    expect(JSON.stringify(stripped.map((each) => each.files))).not.toContain("charter.nats");
    await beside.registry.push(...stripped);

    let bindings = 0;
    for (const { name } of modules) {
      const releases = [inFile, beside].map(({ store }) => store.release(name, "1.0.0"));
      const [a, b] = releases;
      if (a == null || b == null) throw new Error(`${name} is not registered`);
      const placeless = (of: typeof a) =>
        of.bindings
          .map(({ binding: { place, ...rest }, ...registered }) => ({ ...registered, rest }))
          .toSorted((x, y) => (x.rest.pattern < y.rest.pattern ? -1 : 1));
      expect(placeless(b)).toEqual(placeless(a));
      expect(b.meaning).toBe(a.meaning);
      bindings += b.bindings.length;
      for (const { binding } of b.bindings) expect(binding.place.file).toBe("bindings.yaml");

      const packed = await Promise.all(
        [inFile, beside].map(async ({ store }, i) => {
          const release = releases[i];
          if (release == null) throw new Error(`${name} is not registered`);
          const { tarball } = await createStubBuilder(store, packStub).build(
            release,
            store.image(release.id),
          );
          return gunzipSync(tarball).toString("latin1").replaceAll(release.digest, "its digest");
        }),
      );
      // Texts of a megabyte: only whether they are equal can be shown.
      expect([name, packed[0] === packed[1]]).toEqual([name, true]);
    }
    expect(bindings).toBeGreaterThan(60);
  } finally {
    await inFile.registry.stop();
    await beside.registry.stop();
  }
});

const bare = `syntax = "proto3";
package acme.shop.v1;
import "acme/meta/v1/meta.proto";
service Shop {
  rpc Buy(Order) returns (Receipt);
  rpc Haggle(stream Order) returns (Receipt);
}
message Order { string id = 1; acme.meta.v1.Meta meta = 2; }
message Receipt { }
`;
const meta = `syntax = "proto3";
package acme.meta.v1;
message Meta { string user = 1; }
message Seen { string id = 1; }
`;

describe("a proposal with a bindings.yaml", () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startTestRegistry();
  });
  afterAll(() => registry.stop());

  const shop = (bindings: string, text = bare): ProposedModule => ({
    ...moduleOf("acme/shop", { "acme/shop/v1/shop.proto": text }),
    bindings,
  });
  const metaModule = (bindings: string): ProposedModule => ({
    ...moduleOf("acme/meta", { "acme/meta/v1/meta.proto": meta }),
    bindings,
  });
  const good = `services:
  acme.shop.v1.Shop: {queue_group: q.shop}
requests:
  acme.shop.v1.Shop.Buy: {subject: "acme.shop.buy.v1.{id}"}
`;
  const event = 'events: {acme.meta.v1.Seen: {subject: "acme.meta.seen.v1.{id}"}}\n';

  it("is a revision of its own, is read back, and is unchanged when it comes again", async () => {
    const first = await registry.push(metaModule(`${event}sensitive: [acme.meta.v1.Meta.user]\n`));
    expect(first.releases.map((each) => each.semver)).toEqual(["1.0.0"]);
    const again = await registry.push(metaModule(`${event}sensitive: [acme.meta.v1.Meta.user]\n`));
    expect(again.report.verdict).toBe("unchanged");
    const detail = await registry.client.release("acme/meta", "1.0.0");
    expect(detail.files.map((file) => file.path)).toEqual([
      "acme/meta/v1/meta.proto",
      "bindings.yaml",
    ]);
    expect(detail.bindings).toMatchObject([
      { pattern: "acme.meta.seen.v1.{id}", file: "bindings.yaml", line: 1 },
    ]);
    const { binding } = await registry.client.resolve("acme.meta.seen.v1.x");
    expect(binding).toMatchObject({ messageType: "acme.meta.v1.Seen" });
  });

  it("is judged: a subject that is gone from it is a finding on its line", async () => {
    const moved = `# moved\n${event.replace("seen.v1", "spotted.v1")}sensitive: [acme.meta.v1.Meta.user]\n`;
    const problem = await registry.refusal(metaModule(moved));
    expect(problem.report?.modules[0]?.findings).toMatchObject([
      {
        rule: "BINDING_SUBJECT_SAME",
        protoPackage: "acme.meta.v1",
        place: { file: "bindings.yaml", line: 2 },
      },
    ]);
    const open = await registry.refusal(metaModule(event));
    expect(open.report?.modules[0]?.findings).toMatchObject([{ rule: "SENSITIVE_NO_REMOVE" }]);
  });

  it("gives what others import the same meaning, whether pushed together or after", async () => {
    const { releases } = await registry.push(shop(good));
    expect(releases.map((each) => each.semver)).toEqual(["1.0.0"]);
    const later = await registry.push(shop(`${good}# a comment\n`));
    expect(later.releases.map((each) => each.semver)).toEqual(["1.0.1"]);
    const together = await registry.push(
      metaModule(`${event}sensitive: [acme.meta.v1.Meta.user]\n# a comment\n`),
      shop(`${good}# another\n`),
    );
    expect(together.releases.map((each) => each.semver)).toEqual(["1.0.1", "1.0.2"]);
    const versions = await registry.client.resolve("acme.shop.buy.v1.x");
    expect(versions.binding.subjectVersion).toBe(1);
  });

  it.each<[string, string, { line: number; message: string }]>([
    ["what is no YAML", "a: [", { line: 1, message: "it is no valid YAML" }],
    [
      "an rpc that is not there",
      good.replace("Shop.Buy", "Shop.Bye"),
      { line: 4, message: "the module has no such rpc; the nearest: acme.shop.v1.Shop.Buy" },
    ],
    [
      "a message of another module",
      `${good}events: {acme.meta.v1.Seen: {subject: acme.shop.x.v1}}`,
      { line: 5, message: "the module has no such message" },
    ],
    [
      "a parameter that is no field",
      good.replace("{id}", "{shelf}"),
      { line: 4, message: "the parameter {shelf}" },
    ],
    [
      "an rpc whose requests stream",
      `${good}  acme.shop.v1.Shop.Haggle: {subject: acme.shop.haggle.v1}`,
      { line: 5, message: "an rpc with a stream of requests cannot be bound" },
    ],
    [
      "a service without a queue group",
      good.replace("{queue_group: q.shop}", "{owner: shop-team}"),
      { line: 4, message: "or its queue_group to the services of bindings.yaml" },
    ],
    [
      "a subject outside of the grammar",
      good.replace("acme.shop.buy.v1", "shop.buy"),
      { line: 4, message: 'the subject "shop.buy.{id}" is outside of the grammar' },
    ],
  ])("is refused for %s", async (_, bindings, { line, message }) => {
    const problem = await registry.refusal(shop(bindings));
    expect(problem.code).toBe("BINDING_INVALID");
    expect(problem.places).toMatchObject([
      {
        module: "acme/shop",
        file: "bindings.yaml",
        line,
        message: expect.stringContaining(message),
      },
    ]);
  });

  it("is refused for what the file says already", async () => {
    const text = proto(
      "acme.note.v1",
      'message Note { option (charter.nats.v1.event) = {subject: "acme.note.made.v1"}; }',
    );
    const problem = await registry.refusal({
      ...moduleOf("acme/note", { "acme/note/v1/note.proto": text }),
      bindings: "events: {acme.note.v1.Note: {subject: acme.note.made.v1}}",
    });
    expect(problem.detail).toContain("the option (charter.nats.v1.event) for it already");
  });

  it("is refused when all of them are too long together", async () => {
    const text = `# ${"x".repeat(limits.bindingsFileLength - 2)}`;
    const modules = ["a", "b", "c", "d", "e"].map((name) => ({
      ...moduleOf(`acme/${name}`, { [`acme/${name}/v1/x.proto`]: 'syntax = "proto3";' }),
      bindings: text,
    }));
    const problem = await registry.refusal(...modules);
    expect(problem.detail).toContain(`at most ${limits.bindingsLengthPerProposal} are allowed`);
    const alone = await registry.refusal({ ...shop(`${text}x`) });
    expect(alone.code).toBe("INVALID_REQUEST");
  });

  it("GET /v1/schemas/bindings.json serves the schema to editors", async () => {
    const response = await fetch(`${registry.url}/v1/schemas/bindings.json`);
    expect(response.headers.get("content-type")).toContain("application/schema+json");
    expect(await response.json()).toMatchObject({ title: "bindings.yaml" });
  });
});
