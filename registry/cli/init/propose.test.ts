import { describe, expect, it } from "vitest";
import { proposeEstate } from "./propose.ts";
import { outlineProto } from "./proto-outline.ts";
import { proposedFiles } from "./write-yaml.ts";

/** What is proposed for texts by their files. */
function propose(texts: Readonly<Record<string, string>>, passedOver: readonly string[] = []) {
  const files = Object.entries(texts).map(([file, text]) => ({
    file,
    outline: outlineProto(text),
  }));
  return proposeEstate("acme", { files, passedOver });
}

const named = (name: string, ...imports: string[]) =>
  `package ${name}; ${imports.map((each) => `import "${each}";`).join(" ")}`;

const modulesOf = (estate: ReturnType<typeof propose>) =>
  Object.fromEntries(
    estate.modules.map(({ name, root, includes, excludes }) => [
      name,
      { root, includes, excludes },
    ]),
  );

describe("proposeEstate finds modules", () => {
  it("under the root that imports begin in", () => {
    const estate = propose({
      "api/proto/quest/quest.proto": named("quest", "common.proto"),
      "api/proto/common.proto": named("shared"),
    });
    expect(modulesOf(estate)).toEqual({
      common: { root: "api/proto", includes: [], excludes: ["api/proto/quest"] },
      quest: { root: "api/proto", includes: ["api/proto/quest"], excludes: [] },
    });
  });

  it("under several roots, and says where two files have one path", () => {
    const estate = propose({
      "a/proto/a.proto": named("a", "common.proto"),
      "a/proto/common.proto": named("ca"),
      "b/proto/b.proto": named("b", "common.proto"),
      "b/proto/common.proto": named("cb"),
    });
    expect(Object.values(modulesOf(estate)).map((each) => each.root)).toEqual([
      "a/proto",
      "b/proto",
    ]);
    expect(estate.notes).toMatchObject([
      { kind: "refused", where: { file: "b/proto/common.proto" } },
    ]);
  });

  it("one for a package and its versions, whatever the folders", () => {
    const estate = propose({
      "x/v1/q.proto": named("game.quest.v1"),
      "y/q2.proto": named("game.quest.v2beta1"),
      "z/n.proto": named("game.npc.v1"),
    });
    expect(modulesOf(estate)).toEqual({
      quest: { root: ".", includes: ["x/v1", "y"], excludes: [] },
      npc: { root: ".", includes: ["z"], excludes: [] },
    });
  });

  it("one for a circle of imports, and none for node_modules", () => {
    const estate = propose(
      {
        "root.proto": named("base"),
        "a/a.proto": named("a", "b/b.proto"),
        "b/b.proto": named("b", "c/c.proto"),
        "c/c.proto": named("c", "a/a.proto"),
        "d/d.proto": named("d", "a/a.proto"),
      },
      ["node_modules"],
    );
    expect(modulesOf(estate)).toEqual({
      root: { root: ".", includes: [], excludes: ["a", "b", "c", "d", "node_modules"] },
      a: { root: ".", includes: ["a", "b", "c"], excludes: [] },
      d: { root: ".", includes: ["d"], excludes: [] },
    });
  });

  it("with names of their own, and folders inside of others left to their module", () => {
    const estate = propose({
      "a/x.proto": named("one.events"),
      "a/inner/y.proto": named("two.events"),
      "root.proto": named("base"),
    });
    expect(modulesOf(estate)).toEqual({
      root: { root: ".", includes: [], excludes: ["a"] },
      events: { root: ".", includes: ["a"], excludes: ["a/inner"] },
      "two-events": { root: ".", includes: ["a/inner"], excludes: [] },
    });
  });

  it("and says which files a registry would refuse", () => {
    const estate = propose({
      "a/a.proto": named("a", "gone.proto"),
      "a/bare.proto": "message M {}",
      "b c/d.proto": named("d"),
    });
    expect(estate.notes.map(({ kind, where, text }) => [kind, where, text])).toEqual([
      ["refused", { file: "a/a.proto" }, expect.stringContaining('it imports "gone.proto"')],
      ["refused", { file: "b c/d.proto" }, expect.stringContaining("is no path of a module")],
      ["refused", { file: "a/bare.proto" }, expect.stringContaining("until it has one")],
    ]);
  });
});

describe("proposeEstate names a grammar", () => {
  type Subject = readonly [protoPackage: string, subject: string];
  const events = (...subjects: readonly Subject[]) =>
    propose(
      Object.fromEntries(
        subjects.map(([protoPackage, subject], i) => [
          `f${i}/${i}.proto`,
          `package ${protoPackage};\n// subject: ${subject}\nmessage E${i} { string id = 1; }`,
        ]),
      ),
    );

  it.each<[string, Subject[], object | null]>([
    ["none where the built-in one fits", [["a.v1", "acme.shop.sold.v1.{id}"]], null],
    ["a root where only that differs", [["a.v1", "shop.order.sold.v1"]], { roots: ["shop"] }],
    ["what packages without a version mean", [["a", "acme.shop.sold.v2"]], { unversioned: 2 }],
    [
      "one for each first token",
      [
        ["a.v1", "svc.shop.v1.sell"],
        ["b.v1", "svc.stock.v1.take"],
        ["c.v1", "evt.shop.v1.goods.sold.<id>"],
        ["d.v1", "old.thing"],
      ],
      {
        grammars: [
          "svc.<service>.v<major>.<operation>[.{id}…]",
          "evt.<service>.v<major>.<operation…>[.{id}…]",
          "old.<operation>[.{id}…]",
        ],
      },
    ],
    [
      "no more than a prefix where words follow parameters",
      [
        ["a.v1", "zone.{id}.entered"],
        ["b.v1", "Zone.left"],
      ],
      { grammars: ["zone.>", "Zone.<operation>[.{id}…]"] },
    ],
    [
      "a word where every domain is a root",
      [
        ["a.v1", "quest.done"],
        ["b.v1", "npc.moved"],
        ["c.v1", "chat.said"],
        ["d.v1", "guild.made"],
        ["e.v1", "mail.sent"],
      ],
      { grammars: ["<domain>.<operation>[.{id}…]"] },
    ],
  ])("%s", (_, subjects, expected) => {
    const estate = events(...subjects);
    expect(estate.naming).toEqual(expected);
    expect(estate.notes).toEqual([]);
  });

  it("and leaves a subject open whose version is not that of its package", () => {
    const estate = events(["a.v1", "svc.a.v1.x"], ["b.v2", "svc.b.v1.y"]);
    expect(estate.notes).toMatchObject([
      {
        kind: "undecided",
        text: expect.stringContaining('"svc.b.v1.y" is outside of the grammar'),
      },
    ]);
  });
});

describe("proposedFiles", () => {
  const texts = (estate: ReturnType<typeof propose>) =>
    Object.fromEntries(proposedFiles(estate, "http://r").map(({ path, text }) => [path, text]));

  it("leaves out a bindings.yaml that would say nothing, and what has options already", () => {
    const estate = propose({
      "a/a.proto": "package a.v1; message M { string x = 1; }",
      "b/b.proto":
        'package b.v1; import "charter/nats/v1/binding.proto";\n// subject: acme.b.c.v1\nmessage E {}',
    });
    expect(Object.keys(texts(estate))).toEqual(["buf.yaml"]);
  });

  it("comments out what is open, so that taking the marks away binds it", () => {
    const estate = propose({
      "a/a.proto":
        "package a.v1; service S {\n// subject: acme.a.x.v1\nrpc X(M) returns (M);\nrpc Y(M) returns (M); }\nmessage M { string password = 1; }",
    });
    expect(texts(estate)["a/bindings.yaml"]?.split("\n").slice(2).join("\n")).toBe(`
services:
  a.v1.S:
    queue_group: q.a # DECIDE: no comment names the queue group

requests:
  a.v1.S.X: # a/a.proto:3
    subject: acme.a.x.v1
  # DECIDE: no comment tells its subject
  # a.v1.S.Y: # a/a.proto:4
  #   subject: …

# DECIDE: these fields look like personal or secret data.
# sensitive:
#   - a.v1.M.password
`);
  });
});
