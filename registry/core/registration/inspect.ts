import type { FileRegistry } from "@bufbuild/protobuf";
import { type Binding, type Place, subjectsOf } from "../binding/binding.ts";
import { declaringFile } from "../binding/declaring-file.ts";
import { readBindings } from "../binding/read-bindings.ts";
import type { FailurePlace } from "../failure.ts";
import { parseModuleName } from "../module-name.ts";
import type { Policy } from "../policy/policy.ts";
import type { TypeGraph } from "../revision/closure.ts";
import { meaningDigest } from "../revision/fingerprint.ts";
import { isUnstable } from "../revision/package-version.ts";
import { grammarProblem } from "../subject/grammar.ts";
import { grammarOf } from "../subject/owner-grammar.ts";
import { parsePattern, type SubjectPattern } from "../subject/pattern.ts";

/** A subject that a module claims, parsed. */
export interface ClaimedSubject {
  readonly module: string;
  readonly pattern: SubjectPattern;
  readonly binding: Binding;
}

/** What a compiled revision of a module holds. */
export interface Inspection {
  readonly bindings: readonly Binding[];
  readonly subjects: readonly ClaimedSubject[];
  readonly packages: readonly string[];
  /** Whether all proto packages promise nothing yet. */
  readonly unstable: boolean;
  readonly meaning: string;
  readonly problems: readonly FailurePlace[];
}

/**
 * Reads a linked revision and says what in it cannot be registered.
 *
 * @param places where the bindings of a bindings.yaml are written, see `applyBindings`
 */
export function inspectModule(
  module: string,
  files: readonly string[],
  registry: FileRegistry,
  graph: TypeGraph,
  namings: Policy["subjects"],
  places?: ReadonlyMap<string, Place>,
): Inspection {
  const { bindings, problems } = readBindings(registry, files, places);
  const packages = new Set(files.map((path) => registry.getFile(path)?.proto.package ?? ""));
  const ownGrammar = grammarOf(namings, parseModuleName(module)?.owner ?? "");
  const found: FailurePlace[] = problems.map((problem) => ({ module, ...problem }));
  const subjects: ClaimedSubject[] = [];
  for (const binding of bindings) {
    const protoPackage = declaringFile(registry, binding)?.proto.package ?? "";
    for (const side of subjectsOf(binding)) {
      const result = parsePattern(side.pattern);
      const reason = result.ok
        ? grammarProblem(result.pattern, protoPackage, ownGrammar)
        : result.reason;
      if (reason !== null) {
        const message = `the subject "${side.pattern}" is outside of the grammar: ${reason}. The policy has the grammar: \`charter policy show\``;
        found.push({ message, module, ...binding.place });
      } else if (result.ok) {
        subjects.push({ module, pattern: result.pattern, binding });
      }
    }
  }
  for (const path of files) {
    if (registry.getFile(path)?.proto.package === "") {
      found.push({
        message: "a file needs a package, such as `package acme.orders.v1;`",
        module,
        file: path,
        line: 1,
      });
    }
  }
  return {
    bindings,
    subjects,
    packages: [...packages].sort(),
    unstable: [...packages].every(isUnstable),
    meaning: meaningDigest(registry, files, graph),
    problems: found,
  };
}
