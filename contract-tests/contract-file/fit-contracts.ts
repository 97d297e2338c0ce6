import { type DescMessage, ScalarType } from "@bufbuild/protobuf";
import type { Binding } from "../../registry/core/binding/binding.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import { accountLaws, laws } from "../runner/laws.ts";
import type { ContractSettings, FilePlace, SubjectSettings } from "../runner/settings.ts";
import { ContractFileError, type ContractFileProblem } from "./contract-file-error.ts";
import { type Declared, declaredOf, typesOf, undeclared } from "./declared.ts";
import { fieldAt } from "./field-path.ts";
import { exampleProblems, stateProblems } from "./fit-examples.ts";

/**
 * Holds what contract files say against the contracts of a run: subjects, fields and messages are
 * there. Throws a `ContractFileError` with everything that does not fit.
 */
export function fitContracts(
  settings: ContractSettings,
  contracts: readonly ContractUnderTest[],
): void {
  const declared = declaredOf(contracts);
  const problems: ContractFileProblem[] = [];
  const add = (place: FilePlace | undefined, message: string) =>
    problems.push({ ...(place ?? nowhere), message });
  const find = (place: FilePlace | undefined, pattern: string): Declared | undefined => {
    const found = declared.get(pattern);
    if (found === undefined) add(place, undeclared(pattern, declared));
    return found;
  };
  for (const [pattern, subject] of settings.subjects) {
    const found = find(subject.place, pattern);
    if (found === undefined) continue;
    for (const each of subjectProblems(found, subject, declared)) add(subject.place, each);
    for (const [place, each] of exampleProblems(found, subject)) add(place, each);
    for (const [place, each] of stateProblems(found, subject, declared)) add(place, each);
  }
  for (const { law, subject, place } of settings.knownFailing) {
    if (subject !== "*") find(place, subject);
    if (law !== "*" && !lawIds.includes(law)) {
      add(place, `there is no law ${law}; there are ${lawIds.join(", ")}`);
    }
    if (subject !== "*" && accountLaws.some(({ id }) => id === law)) {
      add(place, `${law} is a law of the whole account, so its subject is "*"`);
    }
  }
  for (const shadow of settings.shadow ?? []) {
    const found = find(shadow.place, shadow.subject);
    if (found === undefined) continue;
    for (const each of shadowProblems(found, shadow)) add(shadow.place, each);
  }
  if (problems.length > 0) throw new ContractFileError(problems);
}

const lawIds = [...laws, ...accountLaws].map((law) => law.id);

/** Settings that a program gives have no file. */
const nowhere: FilePlace = { file: "settings", line: 1, column: 1 };

function* subjectProblems(
  found: Declared,
  subject: SubjectSettings,
  declared: ReadonlyMap<string, Declared>,
): Iterable<string> {
  const { kind } = found.binding;
  const keys = Object.entries(keysOfKinds) as [keyof typeof keysOfKinds, readonly string[]][];
  for (const [key, kinds] of keys) {
    if (subject[key] === undefined || kinds.includes(kind)) continue;
    yield `${key} is for ${kinds.join(" and ")} bindings, and this is ${kind === "event" ? "an event" : `a ${kind} binding`}`;
  }
  const { input, output } = typesOf(found);
  const { correlate, repeat, event, flows = [] } = subject;
  if (correlate !== undefined) {
    yield* pathProblem("correlate: request", input, correlate.request);
    yield* pathProblem("correlate: reply", output, correlate.reply);
  }
  for (const path of repeat?.ignore ?? []) {
    yield* pathProblem("repeat: ignore", output, path, "allowed");
  }
  if (event?.orderedBy !== undefined)
    yield* pathProblem("event: ordered_by", input, event.orderedBy);
  if (event?.sequence !== undefined) yield* pathProblem("event: sequence", input, event.sequence);
  for (const flow of flows) {
    yield* pathProblem("flows: key: request", input, flow.key.request);
    const target = declared.get(flow.event);
    if (target === undefined) yield `flows: event: ${undeclared(flow.event, declared)}`;
    else if (target.binding.kind !== "event") yield `flows: event: ${flow.event} is no event`;
    else yield* pathProblem("flows: key: event", typesOf(target).input, flow.key.event);
  }
}

const keysOfKinds = {
  correlate: ["request", "streaming"],
  repeat: ["request"],
  latency: ["request", "streaming"],
  given: ["request", "streaming"],
  examples: ["request"],
  streaming: ["streaming"],
  event: ["event"],
  flows: ["request"],
} as const satisfies Partial<Record<keyof SubjectSettings, readonly Binding["kind"][]>>;

function* pathProblem(
  key: string,
  desc: DescMessage,
  path: string,
  lists: "allowed" | "refused" = "refused",
): Iterable<string> {
  const field = fieldAt(desc, path, lists);
  if (typeof field === "string") yield `${key}: ${field}`;
}

function* shadowProblems(
  found: Declared,
  { ignore, tolerance }: NonNullable<ContractSettings["shadow"]>[number],
): Iterable<string> {
  if (found.binding.kind !== "request") {
    yield `shadow is for request bindings, and this is ${found.binding.kind}`;
    return;
  }
  const { output } = typesOf(found);
  for (const path of ignore) yield* pathProblem("ignore", output, path, "allowed");
  for (const path of Object.keys(tolerance)) {
    const field = fieldAt(output, path, "allowed");
    if (typeof field === "string") yield `tolerance: ${field}`;
    else if (!isNumeric(field)) yield `tolerance: ${path} is no number`;
  }
}

function isNumeric(field: Exclude<ReturnType<typeof fieldAt>, string>): boolean {
  return field.scalar !== undefined && !notNumeric.has(field.scalar);
}

const notNumeric: ReadonlySet<ScalarType> = new Set([
  ScalarType.BOOL,
  ScalarType.STRING,
  ScalarType.BYTES,
]);
