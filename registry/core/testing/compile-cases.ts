import { readBindings } from "../binding/read-bindings.ts";
import type { LinkedRevision } from "../gate/linked-revision.ts";
import type { BufFinding } from "../gate/locate.ts";
import { baseFiles, type Files } from "./change-matrix.ts";
import { breaking, type CompiledProtos, compileProto } from "./compile-proto.ts";

/** A change of protos in the package `acme` and what is below it. */
export interface ProtoChange {
  /** `baseFiles` without it. */
  readonly base?: Files;
  readonly edit: (files: Files) => Files;
}

/** The two sides of a change, compiled. The names begin with `name` instead of `acme`. */
export interface CompiledCase {
  readonly name: string;
  readonly old: LinkedRevision;
  readonly now: LinkedRevision;
}

/** All changes of a test, compiled together: two runs of buf, and one for all comparisons. */
export interface CompiledCases {
  readonly cases: readonly CompiledCase[];
  /** What buf finds in each case, in the cases' order. */
  breaking(): Promise<readonly (readonly BufFinding[])[]>;
}

/** Each case has folders, packages and types of its own, so that one run of buf does for all. */
export async function compileCases(changes: readonly ProtoChange[]): Promise<CompiledCases> {
  const names = changes.map((_, at) => `case${at}x`);
  const side = async (filesOf: (change: ProtoChange) => Files) => {
    const all = changes.map((change, at) => renamed(filesOf(change), names[at] ?? ""));
    return compileProto(Object.assign({}, ...all));
  };
  const [before, after] = await Promise.all([
    side(({ base }) => base ?? baseFiles),
    side(({ base, edit }) => edit(base ?? baseFiles)),
  ]);
  return {
    cases: names.map((name) => ({
      name,
      old: revisionOf(before, name),
      now: revisionOf(after, name),
    })),
    async breaking() {
      const found = await breaking(before, after);
      const caseOf = ({ path, message }: BufFinding) => /case\d+x/.exec(`${path} ${message}`)?.[0];
      const stray = found.filter((finding) => !names.includes(caseOf(finding) ?? ""));
      if (stray.length > 0) throw new Error(`findings of no case: ${JSON.stringify(stray)}`);
      return names.map((name) => found.filter((finding) => caseOf(finding) === name));
    },
  };
}

/** A case's texts with `acme` again. */
export function asWritten(text: string): string {
  return text.replace(/case\d+x/g, "acme");
}

function renamed(files: Files, name: string): Files {
  return Object.fromEntries(
    Object.entries(files).map((entry) => entry.map((text) => text.replaceAll("acme", name))),
  );
}

function revisionOf({ files, registry }: CompiledProtos, name: string): LinkedRevision {
  const own = files.filter((file) => file.path.startsWith(`${name}/`));
  const paths = own.map((file) => file.path);
  return { files: own, registry, bindings: readBindings(registry, paths).bindings };
}
