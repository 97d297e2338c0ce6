import { beforeAll, describe, expect, it } from "vitest";
import { builtInFiles } from "../../buf/built-in-files.ts";
import { createBufCompiler } from "../../buf/compiler.ts";
import { breaking, type CompiledProtos, compileProto } from "../testing/compile-proto.ts";
import { narrowImage, readImage } from "./image.ts";
import { touchedParts } from "./touched-parts.ts";

const files = (field: string) => ({
  "acme/common.proto": `syntax = "proto3"; package acme.common; import "acme/base.proto";
message Common { ${field} acme.base.Base base = 2; }`,
  "acme/base.proto": 'syntax = "proto3"; package acme.base; message Base {}',
  "acme/shop.proto": `syntax = "proto3"; package acme.shop; import "acme/common.proto";
message Shop { acme.common.Common c = 1; }`,
  "acme/other.proto": 'syntax = "proto3"; package acme.other; message Other {}',
});

let before: CompiledProtos;
let after: CompiledProtos;
beforeAll(async () => {
  before = await compileProto(files("string x = 1;"));
  after = await compileProto(files("bytes y = 1;"));
});

describe("narrowImage", () => {
  it("keeps the files and all that they import, dependencies first", () => {
    const narrow = readImage(narrowImage(readImage(before.image), ["acme/shop.proto"]));
    expect(narrow.file.map((file) => file.name)).toEqual([
      "acme/base.proto",
      "acme/common.proto",
      "acme/shop.proto",
    ]);
  });

  it("keeps source info and custom options, and gives what buf reads", async () => {
    const narrow = readImage(narrowImage(readImage(before.image), ["acme/other.proto"]));
    expect(narrow.file[0]?.sourceCodeInfo?.location.length).toBeGreaterThan(0);
    const image = narrowImage(readImage(before.image), ["acme/shop.proto"]);
    const own = new Set(["acme/shop.proto"]);
    const compiler = createBufCompiler(builtInFiles());
    const side = { set: readImage(image), files: own };
    expect(await compiler.breaking(side, side)).toEqual([]);
  });
});

describe("touchedParts", () => {
  const part = (side: CompiledProtos, own: readonly string[]) => ({
    set: readImage(side.image),
    files: new Set(own),
  });

  it("makes buf leave out what is imported, and report it where it is own", async () => {
    const only = (side: CompiledProtos, paths: readonly string[]) => ({ ...side, paths });
    const rules = async (paths: readonly string[]) =>
      (await breaking(only(before, paths), only(after, paths))).map(({ path }) => path);
    expect(await rules(["acme/shop.proto"])).toEqual([]);
    expect(await rules(["acme/common.proto"])).toContain("acme/common.proto");
  });

  it("keeps the touched packages and what they import, and nothing else", () => {
    const parts = touchedParts(part(after, after.paths), part(before, before.paths));
    const namesIn = (image: Uint8Array | undefined) =>
      readImage(image ?? new Uint8Array()).file.map((file) => file.name);
    expect(namesIn(parts?.now)).toContain("acme/common.proto");
    expect(namesIn(parts?.old)).toEqual(namesIn(parts?.now));
  });

  it("has nothing to compare where only places and comments differ", async () => {
    const moved = await compileProto(
      Object.fromEntries(
        before.files.map(({ path, content }) => [path, `// A comment.\n${content}`]),
      ),
    );
    expect(touchedParts(part(moved, moved.paths), part(before, before.paths))).toBeNull();
  });
});
