import { createFileRegistry } from "@bufbuild/protobuf";
import type { RegistryClient } from "../../api/client.ts";
import { readBindings } from "../../core/binding/read-bindings.ts";
import { readImage } from "../../core/revision/image.ts";
import type { ModuleReference } from "../commands/module-reference.ts";
import type { NamedRevisions } from "./named-revision.ts";

/** Reads a release of a registry. */
export async function releaseRevision(
  registry: RegistryClient,
  reference: ModuleReference,
): Promise<NamedRevisions> {
  const { module } = reference;
  const { files, semver } = await registry.release(module, reference.semver);
  // By its version, as head may have moved since.
  const descriptors = createFileRegistry(readImage(await registry.descriptors(module, semver)));
  const paths = files.map((file) => file.path);
  const { bindings } = readBindings(descriptors, paths);
  const revision = { files, registry: descriptors, bindings, locate: (path: string) => path };
  return { label: semver, modules: new Map([[module, revision]]) };
}
