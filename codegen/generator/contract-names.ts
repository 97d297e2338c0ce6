import type { DescFile, DescMessage, DescService } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";

/**
 * The names of contract constants in a proto package: `NpcBehaviorServiceContract` for the service
 * `NpcBehaviorService`, `NpcPlannedContract` for the message `NpcPlanned`. Whatever a team adds
 * later cannot rename them, except a message that is itself called so; then a `$` follows, as
 * protoc-gen-es does it.
 */
export function contractNames(
  files: readonly DescFile[],
): (desc: DescService | DescMessage) => string {
  const taken = new Set<string>();
  for (const file of files) {
    for (const desc of nestedTypes(file)) {
      taken.add(identifierOf(desc));
      if (desc.kind === "message" || desc.kind === "enum") taken.add(`${identifierOf(desc)}Schema`);
    }
  }
  return (desc) => {
    const name = `${identifierOf(desc)}Contract`;
    return taken.has(name) ? `${name}$` : name;
  };
}

/** The name without its proto package: `Outer_Inner` for a nested message. */
export function identifierOf(desc: { readonly typeName: string; readonly file: DescFile }): string {
  const { package: protoPackage } = desc.file.proto;
  const start = protoPackage === "" ? 0 : protoPackage.length + 1;
  return desc.typeName.slice(start).replaceAll(".", "_");
}
