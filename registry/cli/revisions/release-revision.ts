import { createFileRegistry } from "@bufbuild/protobuf";
import type { RegistryClient } from "../../api/client.ts";
import { readBindings } from "../../core/binding/read-bindings.ts";
import { readImage } from "../../core/revision/image.ts";
import { parseModuleReference } from "../commands/module-reference.ts";
import type { RevisionSource } from "./named-revision.ts";

/** Reads the release that `<owner>/<name>` or `<owner>/<name>@<version>` names. */
export function releaseRevisions(registry: RegistryClient): RevisionSource {
  return async (text) => {
    const { module, semver: asked } = parseModuleReference(text);
    const { files, semver } = await registry.release(module, asked);
    // By its version, as head may have moved since.
    const descriptors = createFileRegistry(readImage(await registry.descriptors(module, semver)));
    const paths = files.map((file) => file.path);
    const { bindings } = readBindings(descriptors, paths);
    return {
      module,
      label: semver,
      files,
      registry: descriptors,
      bindings,
      locate: (path) => path,
    };
  };
}
