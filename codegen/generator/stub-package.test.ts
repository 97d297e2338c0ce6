import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, it } from "vitest";
import { compileProtos } from "../testing/compile-protos.ts";
import { type StubPackageInput, stubPackage } from "./stub-package.ts";

let input: StubPackageInput;
let files: ReadonlyMap<string, string>;

beforeAll(() => {
  input = {
    module: "acme/shop",
    semver: "1.4.0",
    digest: "sha256:1234",
    ...compileProtos("codegen/generator/testdata/proto", ["acme/shop"]),
    dependencies: [
      {
        module: "acme/common",
        semver: "1.2.0",
        files: ["acme/common/v1/meta.proto", "acme/prices/v1/price.proto"],
      },
      { module: "acme/unused", semver: "3.0.0", files: ["acme/unused/v1/unused.proto"] },
    ],
    runtimeVersion: "0.1.0",
    changes: "- `Cancel` is deprecated.",
  };
  files = textsOf(stubPackage(input));
});

function textsOf(contents: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  const decoder = new TextDecoder();
  return new Map([...contents].map(([path, bytes]) => [path, decoder.decode(bytes)]));
}

describe("stubPackage", () => {
  it.each([
    "package.json",
    "README.md",
    "dist/esm/index.js",
    "dist/esm/index.d.ts",
    "dist/esm/v1/index.js",
    "dist/esm/acme/shop/v1/orders_nats.js",
    "dist/esm/acme/shop/v1/orders_nats.d.ts",
    "dist/esm/acme/shop/v1/orders_pb.d.ts",
    "dist/cjs/index.js",
    "dist/cjs/v1/index.js",
    "dist/cjs/acme/shop/v1/orders_nats.js",
    "dist/cjs/release.js",
  ])("writes %s as it stands in testdata", async (path) => {
    const golden = join(import.meta.dirname, "testdata/golden", path.replace("dist/", ""));
    await expect(files.get(path)).toMatchFileSnapshot(golden);
  });

  it("gives the same bytes for the same input, whatever the order of lists", () => {
    const again = stubPackage({
      ...input,
      files: [...input.files].reverse(),
      bindings: [...input.bindings].reverse(),
      dependencies: [...input.dependencies].reverse(),
    });
    expect(textsOf(again)).toEqual(files);
    expect([...again.keys()]).toEqual([...files.keys()]);
  });

  it("gives both module kinds the same declarations below the preamble", () => {
    const below = (text: string | undefined) => text?.replace(/^\/\/ @generated.*$/gm, "");
    const declarations = [...files.keys()].filter((path) => /^dist\/esm\/.*\.d\.ts$/.test(path));
    expect(declarations).not.toHaveLength(0);
    for (const path of declarations) {
      expect(below(files.get(path.replace("/esm/", "/cjs/")))).toBe(below(files.get(path)));
    }
  });

  it("depends on what it imports, and on nothing else", () => {
    const manifest = JSON.parse(files.get("package.json") ?? "");
    expect(Object.keys(manifest.dependencies)).toEqual([
      "@acme/common",
      "@bufbuild/protobuf",
      "@bufbuild/protovalidate",
      "@charter-nats/runtime",
    ]);
    expect(manifest.dependencies["@acme/common"]).toBe("^1.2.0");
  });

  it("keeps comments from being directives or code", () => {
    for (const [path, text] of files) {
      if (!path.startsWith("dist/")) continue;
      expect(text, path).not.toMatch(/^\/\/[/#]/m);
      expect(text, path).not.toMatch(/^[^*/]*\*\/ export const evil/m);
    }
  });

  it("carries the whole schema, without comments and without what buf adds", () => {
    const bytes = stubPackage(input).get("schema.binpb") ?? new Uint8Array();
    const set = fromBinary(FileDescriptorSetSchema, bytes);
    expect(set.file.map((file) => file.name)).toEqual(
      expect.arrayContaining([...input.files, "acme/common/v1/meta.proto"]),
    );
    expect(set.file.every((file) => file.sourceCodeInfo === undefined)).toBe(true);
    expect(set.file.every((file) => (file.$unknown ?? []).length === 0)).toBe(true);
  });

  it("refuses an import that belongs to nobody, and a file that the image lacks", () => {
    expect(() => stubPackage({ ...input, dependencies: [] })).toThrow(
      "acme/common/v1/meta.proto is imported",
    );
    expect(() => stubPackage({ ...input, files: ["acme/shop/v1/missing.proto"] })).toThrow(
      "the image has no file acme/shop/v1/missing.proto",
    );
  });
});
