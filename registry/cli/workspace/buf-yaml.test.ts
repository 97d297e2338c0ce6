import { expect, test } from "vitest";
import { CommandFailure } from "../command-failure.ts";
import { readBufYaml } from "./buf-yaml.ts";

const read = (text: string) => readBufYaml({ path: "buf.yaml", text });

test("readBufYaml takes the named modules without their host", () => {
  const entries = read(`
version: v2
modules:
  - path: ./proto/
    name: charter.localhost/bodybroker/npc
    includes: [proto/npc/]
    excludes: [./proto/npc/internal]
  - path: vendor
lint: { use: [STANDARD] }
`);
  expect(entries).toEqual([
    {
      name: "bodybroker/npc",
      path: "proto",
      includes: ["proto/npc"],
      excludes: ["proto/npc/internal"],
    },
  ]);
});

test("readBufYaml takes a name at the top for the one module of the folder", () => {
  expect(read("version: v2\nname: buf.build/bodybroker/npc\n")).toEqual([
    { name: "bodybroker/npc", path: ".", includes: [], excludes: [] },
  ]);
});

test("readBufYaml takes a module without a path for the folder", () => {
  expect(read("version: v2\nmodules:\n  - name: buf.build/a/b\n")[0]?.path).toBe(".");
});

const module = (lines: string) => `version: v2\nmodules:\n  - path: proto\n    ${lines}\n`;

test.each([
  ["of another version", "version: v1\nname: buf.build/a/b", /buf config migrate/],
  ["without a version", "name: buf.build/a/b", /must hold a configuration of buf/],
  ["that is no mapping", "- 1", /must hold a configuration of buf/],
  ["that is empty", "", /must hold a configuration of buf/],
  [
    "with a name at the top and modules",
    "version: v2\nname: buf.build/a/b\nmodules: [{path: x}]",
    /`name` at the top/,
  ],
  ["with a name without a host", module("name: bodybroker/npc"), /must be <host>\/<owner>\/<name>/],
  [
    "with a name that npm cannot have",
    module("name: h/BodyBroker/npc"),
    /must be <host>\/<owner>\/<name>/,
  ],
  ["with a path of another type", "version: v2\nmodules: [{path: 3}]", /\/modules\/0\/path/],
  [
    "with a path that leaves the folder",
    "version: v2\nmodules: [{name: h/a/b, path: ../x}]",
    /must be relative and stay/,
  ],
  [
    "with an absolute path",
    "version: v2\nmodules: [{name: h/a/b, path: /etc}]",
    /must be relative and stay/,
  ],
  [
    "with an include elsewhere",
    module("name: h/a/b\n    includes: [vendor]"),
    /inside the module's path "proto"/,
  ],
  [
    "with an exclude of all",
    module("name: h/a/b\n    excludes: [proto]"),
    /inside the module's path "proto"/,
  ],
  [
    "with one name twice",
    "version: v2\nmodules: [{name: h/a/b, path: x}, {name: g/a/b, path: y}]",
    /the module a\/b is there twice/,
  ],
])("readBufYaml refuses a file %s as wrong usage", (_, text, message) => {
  let failure: unknown;
  try {
    read(text);
  } catch (error) {
    failure = error;
  }
  expect(failure).toBeInstanceOf(CommandFailure);
  expect(failure).toMatchObject({ exit: "usage", message: expect.stringMatching(message) });
});

test("readBufYaml shows the line of a YAML error", () => {
  expect(() => read("version: v2\nmodules: [")).toThrow(
    expect.objectContaining({ places: [expect.objectContaining({ file: "buf.yaml", line: 2 })] }),
  );
});
