import { protobufVersion } from "../../../codegen/generator/generate-code.ts";
import type { StubPackageInput } from "../../../codegen/generator/stub-package.ts";
import runtime from "../../../codegen/runtime/package.json" with { type: "json" };
import charter from "../../../package.json" with { type: "json" };
import type { PackedPackage, Store, StubBuilder } from "../ports.ts";
import { packStub } from "./pack-stub.ts";

/**
 * What generates: the same in two releases, the same revision gives the same package but for its
 * version. Charter's own part counts by Charter's version.
 */
export const generatorVersion = `charter ${charter.version}, protoc-gen-es ${protobufVersion}`;

/**
 * Builds the stub packages of releases.
 *
 * @param pack where the work is done; here, or in a thread that keeps look-ups from waiting for it
 */
export function createStubBuilder(
  store: Pick<Store, "release">,
  pack: (input: StubPackageInput) => Promise<PackedPackage> = packStub,
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
