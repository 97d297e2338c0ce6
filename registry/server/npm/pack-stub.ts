import { type StubPackageInput, stubPackage } from "../../../codegen/generator/stub-package.ts";
import type { PackedPackage } from "../ports.ts";
import { packTarball } from "./pack.ts";

/** Generates and packs a stub package. The same input gives the same bytes, on any machine. */
export async function packStub(input: StubPackageInput): Promise<PackedPackage> {
  const files = stubPackage(input);
  const { tarball, integrity } = await packTarball(files);
  const manifest = manifestOf(files);
  return { name: manifest.name, version: manifest.version, manifest, tarball, integrity };
}

function manifestOf(files: ReadonlyMap<string, Uint8Array>): { name: string; version: string } {
  const text = new TextDecoder().decode(files.get("package.json"));
  return JSON.parse(text) as { name: string; version: string };
}
