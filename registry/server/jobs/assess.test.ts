import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dumpDatabase } from "../testing/dump.ts";
import { eventModule, eventProto, firstBodyLine, moduleOf, proto } from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";
import type { ProposedModule } from "./proposal.ts";

let registry: TestRegistry;

const registered = moduleOf("acme/stock", {
  "acme/stock/v1/stock.proto": proto(
    "acme.stock.v1",
    `service StockService {
  option (charter.nats.v1.service) = {queue_group: "q.stock"};
  rpc Count(Item) returns (Item) {
    option (charter.nats.v1.request) = {subject: "acme.stock.count.v1.{id}" reply_subject: "acme.stock.counted.v1"};
  }
  rpc Watch(Item) returns (stream Item) {
    option (charter.nats.v1.request) = {subject: "acme.stock.watch.v1" frames: {subject: "acme.stock.frame.v1.{id}"}};
  }
}
message Item { string id = 1; }`,
  ),
});

beforeAll(async () => {
  registry = await startTestRegistry();
  await registry.push(registered, eventModule("plain"));
});
afterAll(() => registry.stop());

/** A module `acme/<name>` of one file with this text. */
function oneFile(name: string, text: string): ProposedModule {
  return moduleOf(`acme/${name}`, { [fileOf(name)]: text });
}

const fileOf = (name: string) => `acme/${name}/v1/${name}.proto`;

/** An event with this text in the place of its subject, in a package of its own. */
function eventOn(name: string, subject: string, fields = "string id = 1;"): ProposedModule {
  return oneFile(
    name,
    proto(
      `acme.${name}.v1`,
      `message Sent {
  option (charter.nats.v1.event) = {subject: "${subject}"};
  ${fields}
}`,
    ),
  );
}

interface Refusal {
  readonly what: string;
  readonly modules: readonly ProposedModule[];
  readonly status: number;
  readonly code: string;
  readonly places: readonly object[];
}

const refusals: readonly Refusal[] = [
  {
    what: "a proto that does not compile",
    modules: [oneFile("wrong", proto("acme.wrong.v1", "message A {\n  Missing a = 1;\n}"))],
    status: 422,
    code: "COMPILE_FAILED",
    places: [
      {
        module: "acme/wrong",
        file: fileOf("wrong"),
        line: firstBodyLine + 1,
        message: expect.stringContaining("Missing"),
      },
    ],
  },
  {
    what: "a subject outside of the grammar",
    modules: [eventOn("loose", "acme.loose.sent.{id}")],
    status: 422,
    code: "BINDING_INVALID",
    places: [
      {
        module: "acme/loose",
        file: fileOf("loose"),
        line: firstBodyLine,
        message: expect.stringContaining("no version token"),
      },
    ],
  },
  {
    what: "a subject with the root of another owner",
    modules: [eventOn("loose", "ai.loose.sent.v1.{id}")],
    status: 422,
    code: "BINDING_INVALID",
    places: [{ file: fileOf("loose"), message: expect.stringContaining('the root "acme"') }],
  },
  {
    what: "a major that differs from the package's",
    modules: [eventOn("loose", "acme.loose.sent.v2.{id}")],
    status: 422,
    code: "BINDING_INVALID",
    places: [{ file: fileOf("loose"), message: expect.stringContaining("expected v1") }],
  },
  {
    what: "a parameter that is no scalar field",
    modules: [eventOn("loose", "acme.loose.sent.v1.{id}", "repeated string id = 1;")],
    status: 422,
    code: "BINDING_INVALID",
    places: [{ file: fileOf("loose"), message: expect.stringContaining("no single string") }],
  },
  {
    what: "a parameter that is no field",
    modules: [eventOn("loose", "acme.loose.sent.v1.{other}")],
    status: 422,
    code: "BINDING_INVALID",
    places: [{ file: fileOf("loose"), message: expect.stringContaining("is no field of") }],
  },
  {
    what: "overlapping patterns within a module",
    modules: [
      oneFile(
        "loose",
        `${eventProto("acme.loose.v1", "acme.loose.sent.v1")}message Also {
  option (charter.nats.v1.event) = {subject: "acme.loose.sent.v1.{key}"};
  string key = 1;
}`,
      ),
    ],
    status: 409,
    code: "SUBJECT_OVERLAP",
    places: [
      {
        module: "acme/loose",
        file: fileOf("loose"),
        line: firstBodyLine + 5,
        message: expect.stringContaining(`of acme/loose (${fileOf("loose")}:${firstBodyLine})`),
      },
    ],
  },
  {
    what: "overlapping patterns of two modules of one push",
    modules: [
      eventOn("loose", "acme.same.sent.v1.{id}"),
      eventOn("other", "acme.same.sent.v1.{id}"),
    ],
    status: 409,
    code: "SUBJECT_OVERLAP",
    places: [{ module: "acme/other", message: expect.stringContaining("of acme/loose") }],
  },
  {
    what: "the very subject of a registered module",
    modules: [eventOn("loose", "acme.plain.noted.v1.{id}")],
    status: 409,
    code: "OWNED_BY_ANOTHER_MODULE",
    places: [
      {
        module: "acme/loose",
        file: fileOf("loose"),
        line: firstBodyLine,
        message: 'the subject "acme.plain.noted.v1.*" belongs to the module acme/plain',
      },
    ],
  },
  {
    what: "the subject of a registered rpc",
    modules: [eventOn("loose", "acme.stock.watch.v1")],
    status: 409,
    code: "OWNED_BY_ANOTHER_MODULE",
    places: [{ message: expect.stringContaining("acme/stock") }],
  },
  {
    what: "the subject of a registered reply",
    modules: [eventOn("loose", "acme.stock.counted.v1")],
    status: 409,
    code: "OWNED_BY_ANOTHER_MODULE",
    places: [{ message: expect.stringContaining("acme/stock") }],
  },
  {
    what: "the subject of registered frames",
    modules: [eventOn("loose", "acme.stock.frame.v1.{id}")],
    status: 409,
    code: "OWNED_BY_ANOTHER_MODULE",
    places: [{ message: expect.stringContaining("acme/stock") }],
  },
  {
    what: "a registered module's file",
    modules: [
      moduleOf("acme/loose", { [fileOf("plain")]: eventProto("acme.l.v1", "acme.l.s.v1") }),
    ],
    status: 409,
    code: "OWNED_BY_ANOTHER_MODULE",
    places: [
      {
        module: "acme/loose",
        file: fileOf("plain"),
        message: `the file "${fileOf("plain")}" belongs to the module acme/plain`,
      },
    ],
  },
  {
    what: "a registered module's package",
    modules: [oneFile("loose", proto("acme.plain.v1", "message Another {}"))],
    status: 409,
    code: "OWNED_BY_ANOTHER_MODULE",
    places: [{ module: "acme/loose", message: expect.stringContaining('"acme.plain.v1" belongs') }],
  },
  {
    what: "one package in two modules of a push",
    modules: [
      oneFile("loose", proto("acme.shared.v1", "message A {}")),
      oneFile("other", proto("acme.shared.v1", "message B {}")),
    ],
    status: 409,
    code: "OWNED_BY_ANOTHER_MODULE",
    places: [{ module: "acme/other", message: expect.stringContaining("is in acme/loose too") }],
  },
  {
    what: "a package that the registry supplies",
    modules: [oneFile("loose", proto("charter.nats.v1", "message Mine {}"))],
    status: 409,
    code: "OWNED_BY_ANOTHER_MODULE",
    places: [
      { module: "acme/loose", message: expect.stringContaining("supplied by the registry") },
    ],
  },
  {
    what: "an import that is not registered",
    modules: [
      oneFile("loose", proto("acme.loose.v1", "message A {}", ["acme/none/v1/none.proto"])),
    ],
    status: 422,
    code: "IMPORT_NOT_REGISTERED",
    places: [
      {
        module: "acme/loose",
        file: fileOf("loose"),
        line: 2,
        message: expect.stringContaining('"acme/none/v1/none.proto" is imported'),
      },
    ],
  },
  {
    what: "a file without a package",
    modules: [moduleOf("acme/loose", { "acme/loose.proto": 'syntax = "proto3";\nmessage A {}' })],
    status: 422,
    code: "BINDING_INVALID",
    places: [{ file: "acme/loose.proto", message: expect.stringContaining("needs a package") }],
  },
];

describe("assess refuses, and writes nothing for", () => {
  it.each(refusals)("$what: $code", async ({ modules, status, code, places }) => {
    const before = dumpDatabase(registry.dataDir);
    const problem = await registry.refusal(...modules);
    expect(problem).toMatchObject({ code, status, places });
    expect(dumpDatabase(registry.dataDir)).toEqual(before);
  });
});

it("assess accepts a pattern that only its number of tokens tells from another", async () => {
  await registry.push(eventOn("shorter", "acme.mixed.sent.v1"));
  const deeper = eventOn("deeper", "acme.mixed.sent.v1.{id}");
  expect((await registry.push(deeper)).releases[0]?.semver).toBe("1.0.0");
});

describe("assess refuses circles of modules", () => {
  const file = (module: string, name: string, imports: readonly string[] = []) => ({
    [`acme/${module}/v1/${name}.proto`]: proto(`acme.${module}.v1`, `message ${name} {}`, imports),
  });

  it("within one push, with the import of each side", async () => {
    const one = moduleOf("acme/ringa", {
      ...file("ringa", "Leaf"),
      ...file("ringa", "User", ["acme/ringb/v1/Leaf.proto"]),
    });
    const other = moduleOf("acme/ringb", {
      ...file("ringb", "Leaf"),
      ...file("ringb", "User", ["acme/ringa/v1/Leaf.proto"]),
    });
    const problem = await registry.refusal(one, other);
    expect(problem).toMatchObject({
      code: "INVALID_REQUEST",
      detail: expect.stringContaining("acme/ringa → acme/ringb → acme/ringa"),
      places: [
        { module: "acme/ringa", file: "acme/ringa/v1/User.proto", line: 2 },
        { module: "acme/ringb", file: "acme/ringb/v1/User.proto", line: 2 },
      ],
    });
  });

  it("that a push would close through registered modules", async () => {
    const low = file("low", "Leaf");
    await registry.push(moduleOf("acme/low", low));
    await registry.push(
      moduleOf("acme/mid", {
        ...file("mid", "User", ["acme/low/v1/Leaf.proto"]),
        ...file("mid", "Leaf"),
      }),
    );
    const problem = await registry.refusal(
      moduleOf("acme/low", { ...low, ...file("low", "User", ["acme/mid/v1/Leaf.proto"]) }),
    );
    expect(problem).toMatchObject({
      code: "INVALID_REQUEST",
      detail: expect.stringContaining("acme/low → acme/mid → acme/low"),
      places: [{ module: "acme/low", file: "acme/low/v1/User.proto" }, { module: "acme/mid" }],
    });
  });
});

describe("assess holds a proposal to the head that it expects", () => {
  it("and refuses it when head is another, or is there already", async () => {
    const first = eventModule("expected");
    await registry.push({ ...first, expectedHead: null });
    const head = await registry.client.release("acme/expected", "latest");
    const second = eventModule("expected", "string note = 2;");
    for (const expectedHead of [null, "sha256:0000"]) {
      const problem = await registry.refusal({ ...second, expectedHead });
      expect(problem).toMatchObject({ code: "BASELINE_MOVED", status: 409 });
      expect(problem.places).toEqual([
        { module: "acme/expected", message: `head is ${head.digest}` },
      ]);
    }
    const pushed = await registry.push({ ...second, expectedHead: head.digest });
    expect(pushed.releases[0]?.semver).toBe("1.1.0");
  });

  it("but takes the repetition of a push whose answer was lost for done", async () => {
    const module = { ...eventModule("repeated"), expectedHead: null };
    await registry.push(module);
    expect(await registry.push(module)).toMatchObject({
      releases: [],
      report: { verdict: "unchanged" },
    });
  });
});

it("assess refuses a new module with a rule in CEL that fails on messages", async () => {
  const failing = proto(
    "acme.cel.v1",
    `message Sent {
  option (charter.nats.v1.event) = {subject: "acme.cel.sent.v1"};
  repeated string names = 1 [(buf.validate.field).cel = {id: "first", message: "the first is a", expression: "this[5] == 'a'"}];
}`,
    ["buf/validate/validate.proto"],
  );
  const problem = await registry.refusal(oneFile("cel", failing));
  expect(problem.report?.modules).toMatchObject([
    {
      verdict: "rejected",
      baselines: [],
      findings: [{ rule: "VALIDATION_RULE_FAILS", blocking: true, breaks: [] }],
    },
  ]);
});
