import { protobufVersion } from "../../../codegen/generator/generate-code.ts";
import { stubPackage } from "../../../codegen/generator/stub-package.ts";
import runtime from "../../../codegen/runtime/package.json" with { type: "json" };
import charter from "../../../package.json" with { type: "json" };
import type { Store, StubBuilder } from "../ports.ts";
import { packTarball } from "./pack.ts";

/**
 * What generates: the same in two releases, the same revision gives the same package but for its
 * version. Charter's own part counts by Charter's version.
 */
export const generatorVersion = `charter ${charter.version}, protoc-gen-es ${protobufVersion}`;

/** Generates and packs stub packages. The same release gives the same bytes, on any machine. */
export function createStubBuilder(store: Pick<Store, "release">): StubBuilder {
  return {
    async build(release, image) {
      const { module, semver, digest } = release;
      const files = stubPackage({
        module,
        semver,
        digest,
        image,
        files: release.files.map((file) => file.path),
        bindings: release.bindings.map((each) => each.binding),
        dependencies: release.dependencies.map((dependency) => ({
          ...dependency,
          files: filesOf(store, dependency),
        })),
        runtimeVersion: runtime.version,
      });
      const { tarball, integrity } = await packTarball(files);
      const manifest = manifestOf(files);
      return { name: manifest.name, version: manifest.version, manifest, tarball, integrity };
    },
  };
}

function filesOf(
  store: Pick<Store, "release">,
  { module, semver }: { readonly module: string; readonly semver: string },
): string[] {
  const release = store.release(module, semver);
  if (release === null) throw new Error(`${module} ${semver} is not stored`);
  return release.files.map((file) => file.path);
}

function manifestOf(files: ReadonlyMap<string, Uint8Array>): { name: string; version: string } {
  const text = new TextDecoder().decode(files.get("package.json"));
  return JSON.parse(text) as { name: string; version: string };
}
