import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createFileRegistry } from "@bufbuild/protobuf";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { readBindings } from "../../registry/core/binding/read-bindings.ts";
import { readImage } from "../../registry/core/revision/image.ts";
import type { ContractUnderTest } from "../runner/contract.ts";

const ManifestSchema = Type.Object({
  charter: Type.Object({
    module: Type.String(),
    semver: Type.String(),
    digest: Type.String(),
    subjects: Type.Array(Type.String()),
  }),
});

/**
 * Reads the contract that a stub package was generated from: it has the descriptors. Rejects when the
 * package is not installed where the folder's own packages are looked for, or is no stub package.
 */
export async function stubContract(name: string, folder: string): Promise<ContractUnderTest> {
  const { resolve } = createRequire(join(folder, "package.json"));
  const read = async (file: string) => {
    try {
      return await readFile(resolve(`${name}/${file}`));
    } catch (cause) {
      throw new Error(
        `${name} is no stub package that ${folder} can use: ${file} of it cannot be read. Install it: npm install ${name}`,
        { cause },
      );
    }
  };
  const manifest: unknown = JSON.parse((await read("package.json")).toString("utf8"));
  if (!Value.Check(ManifestSchema, manifest)) {
    throw new Error(
      `${name} is no stub package of this Charter: its package.json must have \`charter\` with module, semver, digest and subjects.`,
    );
  }
  return contractOf(manifest, new Uint8Array(await read("schema.binpb")));
}

function contractOf(
  { charter }: Static<typeof ManifestSchema>,
  descriptors: Uint8Array,
): ContractUnderTest {
  const { module, semver, digest, subjects } = charter;
  const registry = createFileRegistry(readImage(descriptors));
  const files = [...registry.files].map((file) => `${file.name}.proto`);
  // The descriptors hold what the module imports, too, whose subjects are of other modules.
  const bindings = readBindings(registry, files).bindings.filter((each) =>
    subjects.includes(each.pattern),
  );
  return { module, semver, digest, bindings, descriptors, others: [] };
}
