import { createFileRegistry, type FileRegistry } from "@bufbuild/protobuf";
import { builtInFiles } from "../../buf/built-in-files.ts";
import { createBufCompiler } from "../../buf/compiler.ts";
import { type BufFinding, type Side, sideOf } from "../gate/locate.ts";
import type { SchemaFile } from "../revision/digest.ts";
import { readImage } from "../revision/image.ts";

/** Texts by their path; a text alone is the file of `onlyFile`, without its first line. */
export type Protos = string | Readonly<Record<string, string>>;

/** Protos as the server compiles them: with source info, and with the files that Charter supplies. */
export interface CompiledProtos {
  readonly files: readonly SchemaFile[];
  readonly paths: readonly string[];
  readonly image: Uint8Array;
  readonly registry: FileRegistry;
}

export const onlyFile = "acme/shop/v1/shop.proto";

/** What stands on the first line of a text alone, so that the text begins on the second. */
const head =
  'syntax = "proto3"; package acme.shop.v1; import "charter/nats/v1/binding.proto"; import "buf/validate/validate.proto";';

const compiler = createBufCompiler(builtInFiles());

/** Compiles with the real buf, at most two at a time. */
export async function compileProto(protos: Protos): Promise<CompiledProtos> {
  const texts = typeof protos === "string" ? { [onlyFile]: `${head}\n${protos}` } : protos;
  const files = Object.entries(texts).map(([path, content]) => ({ path, content }));
  const result = await compiler.build(files);
  if (!result.ok) {
    const places = result.places.map((each) => `${each.file}:${each.line}: ${each.message}`);
    throw new Error(`the protos of this test do not compile: ${places.join("; ")}`);
  }
  return {
    files,
    paths: files.map((file) => file.path),
    image: result.image,
    registry: createFileRegistry(readImage(result.image)),
  };
}

/** What the real buf finds between two revisions of one module. */
export function breaking(
  before: CompiledProtos,
  after: CompiledProtos,
): Promise<readonly BufFinding[]> {
  return compiler.breaking(
    { set: readImage(after.image), files: new Set(after.paths) },
    { set: readImage(before.image), files: new Set(before.paths) },
  );
}

/** A side of a comparison, for `locate`. */
export function sideOfCompiled({ registry, files }: CompiledProtos): Side {
  return sideOf(registry, files);
}
