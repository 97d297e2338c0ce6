import { beforeAll, describe, expect, it } from "vitest";
import { compareDescriptors } from "../diff/compare-descriptors.ts";
import type { Difference } from "../diff/difference.ts";
import { defaultPolicy } from "../policy/policy.ts";
import { strictnessOf } from "../policy/strictness.ts";
import { acceptedChanges } from "../testing/accepted-changes.ts";
import {
  asWritten,
  type CompiledCase,
  compileCases,
  type ProtoChange,
} from "../testing/compile-cases.ts";
import { refusedChanges } from "../testing/refused-changes.ts";
import { bufRules } from "./buf-rules.ts";
import type { Change } from "./change.ts";
import { compareRevisions } from "./compare-revisions.ts";
import { ruleExamples } from "./examples/examples.ts";
import type { BufFinding } from "./locate.ts";
import { locate, sideOf } from "./locate.ts";
import { ruleOf } from "./rules.ts";

/** No other module carries the types, and the clock stands still. */
const alone = { carriers: () => [], nowMs: Date.UTC(2026, 0, 1) };

/**
 * buf is the judge of what breaks; Charter's comparison says what changed. Neither may see what the
 * other does not: the cases are those of the matrix, and the example of every rule.
 */
interface Case extends ProtoChange {
  readonly what: string;
  readonly imported?: readonly string[];
}

const cases: readonly Case[] = [
  ...refusedChanges,
  ...acceptedChanges,
  ...[...ruleExamples].map(([rule, { before, after }]) => ({
    what: `the example of ${rule}`,
    base: before,
    edit: () => after,
  })),
];

interface Compared extends CompiledCase {
  readonly found: readonly BufFinding[];
  readonly differences: readonly Difference[];
}

let compared: readonly Compared[];

beforeAll(async () => {
  const compiled = await compileCases(cases);
  const found = await compiled.breaking();
  compared = compiled.cases.map((each, at) => ({
    ...each,
    found: found[at] ?? [],
    differences: compareDescriptors(each.old, each.now),
  }));
});

function comparedCase(one: Case): Compared {
  const found = compared[cases.indexOf(one)];
  if (found === undefined) throw new Error(`${one.what} was not compiled`);
  return found;
}

/** Whether a difference is about what a change of buf's names, or about what that stands in. */
function covers({ element, kind, property, before, place }: Difference, change: Change): boolean {
  if (change.element === element || change.element.startsWith(`${element}.`)) return true;
  // What has another name now, buf calls by the old one.
  if (property === "name" && change.element === `${parentOf(element)}.${before}`) return true;
  // A file under another path, or one whose package went as a whole.
  if (kind === "file" && before === change.element) return true;
  return change.element === place.file && kind !== "subject";
}

function parentOf(element: string): string {
  return element.slice(0, element.lastIndexOf("."));
}

describe("what buf finds, Charter's comparison has as a difference", () => {
  it.each(cases)("$what", (one) => {
    const { old, now, found, differences } = comparedCase(one);
    const before = sideOf(old.registry, old.files);
    const after = sideOf(now.registry, now.files);
    const unseen = found
      .map((finding) => locate(finding, before, after))
      .filter((change) => !differences.some((difference) => covers(difference, change)));
    expect(unseen.map(({ rule, element }) => asWritten(`${rule} ${element}`))).toEqual([]);
  });
});

/** Properties that may change in any way without breaking anybody who has older stubs. */
const harmless = new Set([
  "file",
  "path",
  "syntax",
  "owner",
  "option deprecated",
  "option allow_alias",
  "option no_standard_descriptor_accessor",
  "option ctype",
  "option idempotency_level",
  "UTF-8 validation",
  "cached for",
  "cache invalidated by",
  "cache ignores",
]);

/** Whether a difference alone says that something breaks; what its own words cannot say is none. */
function breaks(difference: Difference): boolean {
  const { change, kind, property, before, after } = difference;
  // Old senders do not know that they must send it.
  if (change === "added") return after?.startsWith("required ") === true;
  if (change === "removed") return kind !== "file";
  if (property === null || harmless.has(property)) return false;
  if (kind === "file") return property === "package";
  switch (property) {
    case "reserved numbers":
    case "reserved names":
    case "extension numbers":
      return !includesAll(after, before);
    case "deadline":
    case "idle time-out":
    case "kept for":
    case "kept bytes":
      return isLess(after, before);
    case "idempotency":
      return before !== "unknown" && after !== "no_side_effects";
    case "reply subject":
    case "dead-letter subject":
      return before !== null;
    case "option (charter.nats.v1.sensitive)":
      return before !== null;
    default:
      return true;
  }
}

/** Whether one list in words has all numbers or names of another. */
function includesAll(words: string | null, of: string | null): boolean {
  const all = new Set(membersOf(words));
  return membersOf(of).every((member) => all.has(member));
}

function membersOf(words: string | null): string[] {
  return (words ?? "").split(", ").flatMap((part) => {
    const [first, last] = part.split(" to ").map(Number);
    if (first === undefined || last === undefined) return part === "" ? [] : [part];
    return Array.from({ length: last - first + 1 }, (_, at) => `${first + at}`);
  });
}

/** Nothing stands for no limit. */
function isLess(words: string | null, than: string | null): boolean {
  const amount = (of: string | null) =>
    of === null ? Number.POSITIVE_INFINITY : Number.parseInt(of, 10);
  return amount(words) < amount(than);
}

describe("what the gate refuses, Charter's comparison says breaks, and nothing else", () => {
  const refuses = strictnessOf(defaultPolicy, "acme/shop");

  // Two forms of a pattern that mean the same: the comparison's words cannot say so.
  const unproven = "the example of VALIDATION_CHANGED";
  const judged = cases.filter((one) => one.imported === undefined && one.what !== unproven);
  it.each(judged)("$what", (one) => {
    const { old, now, found, differences } = comparedCase(one);
    const refused = compareRevisions(found, old, now, alone).some(({ rule }) =>
      refuses(ruleOf(rule), ruleOf(rule).tier, null),
    );
    const breaking = differences.filter(breaks);
    const shown = breaking.map(({ kind, element, property }) =>
      asWritten(`${kind} ${element} ${property ?? "removed"}`),
    );
    if (refused) expect(shown).not.toEqual([]);
    else expect(shown).toEqual([]);
  });
});

it("has a case in which buf finds each of its rules", () => {
  const seen = new Set(compared.flatMap(({ found }) => found.map(({ rule }) => rule)));
  expect(bufRules.filter(({ id }) => !seen.has(id)).map(({ id }) => id)).toEqual([]);
});

it("has at least sixty cases that are refused, and thirty that must be accepted", () => {
  expect(refusedChanges.length + ruleExamples.size).toBeGreaterThanOrEqual(60);
  expect(acceptedChanges.length).toBeGreaterThanOrEqual(30);
});
