import { type DescEnum, type DescExtension, type DescMessage, toBinary } from "@bufbuild/protobuf";
import { DescriptorProtoSchema, EnumDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { createGenerator, type Generator } from "../../registry/core/samples/messages.ts";
import { linkSchema, type OtherRelease } from "./contract.ts";

/** Other releases, by what is different in a type. */
export interface TypeAsReleased {
  /** The releases in which it is the same. */
  readonly semvers: readonly string[];
  readonly generator: Generator;
  readonly desc: DescMessage;
}

export interface ReleasesOfType {
  /** Each form that the type has in other releases and not in the one under test. */
  readonly forms: readonly TypeAsReleased[];
  /** The releases in which it is as in the one under test. */
  readonly same: readonly string[];
  /** The releases that do not have it. */
  readonly absent: readonly string[];
}

/** Sorts releases by the form that a type has in them. @param now as of `Generator` */
export function releasesOfType(
  releases: readonly OtherRelease[],
  current: DescMessage,
  now: bigint,
): ReleasesOfType {
  const own = formOf(current);
  const same: string[] = [];
  const absent: string[] = [];
  const forms = new Map<string, TypeAsReleased>();
  for (const release of releases) {
    const generator = generatorOf(release, now);
    const desc = generator.schema.registry.getMessage(current.typeName);
    if (desc === undefined) {
      absent.push(release.semver);
      continue;
    }
    const form = formOf(desc);
    const known = forms.get(form);
    if (form === own) same.push(release.semver);
    else if (known === undefined) forms.set(form, { semvers: [release.semver], generator, desc });
    else forms.set(form, { ...known, semvers: [...known.semvers, release.semver] });
  }
  return { forms: [...forms.values()], same, absent };
}

/** Linking takes longer than a law, and every binding of a module needs the same releases. */
const generators = new WeakMap<OtherRelease, Generator>();

function generatorOf(release: OtherRelease, now: bigint): Generator {
  const known = generators.get(release);
  if (known !== undefined) return known;
  const made = createGenerator(linkSchema(release.descriptors), Number(now / 1_000_000n));
  generators.set(release, made);
  return made;
}

/** The descriptors of a type and of all that it holds, as text to compare: comments are not in it. */
function formOf(desc: DescMessage): string {
  const parts = new Map<string, Uint8Array>();
  const add = (each: DescMessage | DescEnum | DescExtension | undefined) => {
    if (each === undefined || each.kind === "extension" || parts.has(each.typeName)) return;
    if (each.kind === "enum") {
      parts.set(each.typeName, toBinary(EnumDescriptorProtoSchema, each.proto));
      return;
    }
    parts.set(each.typeName, toBinary(DescriptorProtoSchema, each.proto));
    for (const field of each.fields) {
      add(field.message);
      add(field.enum);
    }
  };
  add(desc);
  return [...parts]
    .map(([name, bytes]) => `${name} ${Buffer.from(bytes).toString("base64")}`)
    .sort()
    .join("\n");
}
