import type { StubPackageInput } from "../../../codegen/generator/stub-package.ts";
import runtime from "../../../codegen/runtime/package.json" with { type: "json" };
import type { PackedPackage, Store, StubBuilder } from "../ports.ts";

/**
 * Builds the stub packages of releases.
 *
 * @param pack where the work is done: `packStub` here, or a thread that nobody waits for
 */
export function createStubBuilder(
  store: Pick<Store, "release">,
  pack: (input: StubPackageInput) => Promise<PackedPackage>,
): StubBuilder {
  return {
    build(release, image) {
      const { module, semver, digest } = release;
      return pack({
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
