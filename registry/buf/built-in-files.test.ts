import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { readImage } from "../core/revision/image.ts";
import { builtInFiles } from "./built-in-files.ts";
import { createBufCompiler } from "./compiler.ts";

const folder = join(import.meta.dirname, "../../proto");
const sources = readdirSync(join(folder, "charter/nats/v1")).map((name) => ({
  path: `charter/nats/v1/${name}`,
  content: readFileSync(join(folder, "charter/nats/v1", name), "utf8"),
}));

/** The bare descriptors of Charter's files, without comments and places. */
async function descriptors(files: readonly { path: string; content: string }[]) {
  const result = await createBufCompiler(files).build([]);
  if (!result.ok) throw new Error(JSON.stringify(result.places));
  const own = readImage(result.image).file.filter((file) => file.name.startsWith("charter/"));
  return new Map(
    own.map(({ sourceCodeInfo: _places, ...bare }) => [
      bare.name,
      toBinary(FileDescriptorProtoSchema, bare),
    ]),
  );
}

it("builtInFiles supplies each of Charter's options as its source declares it", async () => {
  const declared = await descriptors(sources);
  expect([...declared.keys()].length).toBe(sources.length);
  expect(await descriptors(builtInFiles())).toEqual(declared);
});
