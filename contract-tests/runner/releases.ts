import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import { createGenerator, type Generator } from "../../registry/core/samples/messages.ts";
import { linkSchema, type OtherRelease } from "./contract.ts";
import { formIn, type TypeTexts, typeTextsOf, typeTextsOfSet } from "./type-forms.ts";

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

/**
 * Sorts releases by the form that a type has in them. Only one release of each form is linked, so that
 * a module of a hundred minors, most of which are about other types, costs little.
 *
 * @param now as of `Generator`
 */
export function releasesOfType(
  releases: readonly OtherRelease[],
  current: DescMessage,
  now: bigint,
): ReleasesOfType {
  const { typeName } = current;
  const own = formIn(ownTexts(current.file), typeName);
  const same: string[] = [];
  const absent: string[] = [];
  const forms = new Map<string, readonly [OtherRelease, ...OtherRelease[]]>();
  for (const release of releases) {
    const form = formIn(textsOf(release), typeName);
    const known = form === null ? undefined : forms.get(form);
    if (form === null) absent.push(release.semver);
    else if (form === own) same.push(release.semver);
    else forms.set(form, known === undefined ? [release] : [...known, release]);
  }
  const linked = [...forms.values()].flatMap(([first, ...rest]): TypeAsReleased[] => {
    const semvers = [first, ...rest].map(({ semver }) => semver);
    const type = typeIn(first, typeName, now);
    return type === null ? [] : [{ semvers, ...type }];
  });
  return { forms: linked, same, absent };
}

/** A type as one release has it, or null where it has none. @param now as of `Generator` */
export function typeIn(
  release: OtherRelease,
  typeName: string,
  now: bigint,
): Pick<TypeAsReleased, "generator" | "desc"> | null {
  const generator = generatorOf(release, now);
  const desc = generator.schema.registry.getMessage(typeName);
  return desc === undefined ? null : { generator, desc };
}

/**
 * Why there is nothing to try of older releases.
 *
 * @param what `request` or `event`
 * @param leftOut as of `ContractUnderTest`
 */
export function whyNothingOlder(
  what: string,
  { same, absent }: Pick<ReleasesOfType, "same" | "absent">,
  leftOut: readonly string[] = [],
): string {
  if (same.length > 0) return `the ${what} is the same in ${same.join(", ")}`;
  if (absent.length > 0) return `no older release has the ${what} (${absent.join(", ")})`;
  return leftOut.length > 0 ? leftOut.join("; ") : "there is no older release of this major";
}

/** Every binding of a module needs the same releases. */
const generators = new WeakMap<OtherRelease, Generator>();
const texts = new WeakMap<OtherRelease, TypeTexts>();
const textsOfFiles = new WeakMap<DescFile, TypeTexts>();

function generatorOf(release: OtherRelease, now: bigint): Generator {
  return kept(generators, release, () =>
    createGenerator(linkSchema(release.descriptors), Number(now / 1_000_000n)),
  );
}

function textsOf(release: OtherRelease): TypeTexts {
  return kept(texts, release, () => typeTextsOfSet(release.descriptors));
}

function ownTexts(file: DescFile): TypeTexts {
  return kept(textsOfFiles, file, () => typeTextsOf(withImports(file).map(({ proto }) => proto)));
}

function withImports(file: DescFile, found: Set<DescFile> = new Set()): readonly DescFile[] {
  found.add(file);
  for (const each of file.dependencies) if (!found.has(each)) withImports(each, found);
  return [...found];
}

function kept<K extends object, V>(known: WeakMap<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
