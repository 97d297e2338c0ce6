import type { SubjectNaming } from "../../core/policy/policy.ts";
import { grammarProblem } from "../../core/subject/grammar.ts";
import { grammarOf } from "../../core/subject/owner-grammar.ts";
import { overlaps } from "../../core/subject/pattern.ts";
import type { FoundFiles } from "./find-files.ts";
import { findRoots } from "./find-roots.ts";
import { folderOf, groupModules } from "./group-modules.ts";
import type { Note } from "./note.ts";
import { type BindingProposal, type ModuleProposal, proposeBindings } from "./propose-bindings.ts";
import { proposeNaming } from "./propose-grammar.ts";

/** What a folder of foreign protos could be in a registry. */
export interface EstateProposal {
  readonly owner: string;
  readonly modules: readonly ModuleProposal[];
  /** Null where the grammar that holds without another fits. */
  readonly naming: SubjectNaming | null;
  readonly notes: readonly Note[];
}

/** Proposes modules, bindings and a grammar for the files of a folder. */
export function proposeEstate(owner: string, { files, passedOver }: FoundFiles): EstateProposal {
  const rooted = findRoots(files);
  const grouped = groupModules(rooted.files, [...rooted.leftOut.map(folderOf), ...passedOver]);
  const told = withoutOverlaps(proposeBindings(grouped.modules));
  const naming = proposeNaming(
    owner,
    boundIn(told).flatMap(({ pattern, protoPackage }) =>
      pattern === null ? [] : [{ pattern, protoPackage }],
    ),
  );
  const modules = withinGrammar(owner, naming, told);
  const notes = [
    ...rooted.notes,
    ...grouped.notes,
    ...modules.flatMap(notesOf),
    ...queueGroupNotes(modules),
  ];
  return { owner, modules, naming, notes };
}

function boundIn(modules: readonly ModuleProposal[]): readonly BindingProposal[] {
  return modules.flatMap((module) => module.bindings).filter((each) => each.undecided === null);
}

function mapBindings(
  modules: readonly ModuleProposal[],
  change: (binding: BindingProposal) => BindingProposal,
): readonly ModuleProposal[] {
  return modules.map((module) => ({ ...module, bindings: module.bindings.map(change) }));
}

/** Of two subjects that overlap, the second is undecided: some subject would have two contracts. */
function withoutOverlaps(modules: readonly ModuleProposal[]): readonly ModuleProposal[] {
  const taken: BindingProposal[] = [];
  return mapBindings(modules, (binding) => {
    const { pattern, undecided } = binding;
    if (pattern === null || undecided !== null) return binding;
    const other = taken.find((each) => each.pattern !== null && overlaps(each.pattern, pattern));
    if (other === undefined) {
      taken.push(binding);
      return binding;
    }
    return {
      ...binding,
      undecided: `"${pattern.text}" overlaps "${other.pattern?.text}" of ${other.element} (${other.file}:${other.line}), and a subject has one contract; give one of them another subject`,
    };
  });
}

function withinGrammar(
  owner: string,
  naming: SubjectNaming | null,
  modules: readonly ModuleProposal[],
): readonly ModuleProposal[] {
  const grammar = grammarOf(naming === null ? {} : { [owner]: naming }, owner);
  return mapBindings(modules, (binding) => {
    if (binding.pattern === null || binding.undecided !== null) return binding;
    const problem = grammarProblem(binding.pattern, binding.protoPackage, grammar);
    return problem === null
      ? binding
      : {
          ...binding,
          undecided: `"${binding.pattern.text}" is outside of the grammar: ${problem}`,
        };
  });
}

function queueGroupNotes(modules: readonly ModuleProposal[]): Note[] {
  const guessed = modules.flatMap(({ services, bindings }) =>
    services.filter(
      ({ element, isConvention }) =>
        isConvention && bindings.some((each) => each.element.startsWith(`${element}.`)),
    ),
  );
  if (guessed.length === 0) return [];
  const where = { elements: guessed.map((each) => each.element) };
  return [
    {
      kind: "undecided",
      where,
      text: "no comment names the queue group, so it is q.<module>; write the one that instances join",
    },
  ];
}

function notesOf({ bindings, suspects }: ModuleProposal): Note[] {
  return [
    ...bindings.flatMap(({ element, file, line, undecided }): Note[] =>
      undecided === null
        ? []
        : [{ kind: "undecided", where: { file, line }, text: `${element}: ${undecided}` }],
    ),
    ...(suspects.length === 0
      ? []
      : [
          {
            kind: "undecided" as const,
            where: { elements: suspects },
            text: "it looks like personal or secret data; mark it under `sensitive` if it is",
          },
        ]),
  ];
}
