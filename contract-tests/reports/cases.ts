import type { Place } from "../../registry/core/binding/binding.ts";
import { replayCommand } from "../runner/replay/replay-command.ts";
import {
  type BindingResult,
  exitCodeOf,
  type LawResult,
  type ModuleResult,
  type RunReport,
  type Verdict,
} from "../runner/report.ts";
import { detailOf } from "./failure-detail.ts";
import { plainLine } from "./plain-text.ts";

/**
 * What a verdict comes to, as far as an exit code goes: `broken` ends a run with 100, `open` with 3.
 * `known` fails as a contract file says, and ends nothing.
 */
export type Outcome = "passed" | "broken" | "open" | "known" | "skipped";

/** One law on one binding, as the test reports of other tools know a test. */
export interface Case {
  /** `bodybroker/npc`, or `account` for what the whole account shows. */
  readonly module: string;
  /** Null for the account. */
  readonly semver: string | null;
  /** The rpc's or event's full name, or what stands for it. */
  readonly element: string;
  readonly subject: string | null;
  readonly law: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly outcome: Outcome;
  /** What is wrong, or why it was not tried, on one line; null for a pass. */
  readonly message: string | null;
  /** The smallest case that shows it, in lines; null without one. */
  readonly detail: string | null;
  /** The line of the contract. */
  readonly place: Place | null;
  readonly binding: BindingResult | null;
  /** Null for a case that stands for missing evidence. */
  readonly result: LawResult | null;
}

const outcomes: Readonly<Record<Verdict, Outcome>> = {
  pass: "passed",
  fail: "broken",
  flaky: "broken",
  "stale-known-failing": "broken",
  "schema-bug": "open",
  inconclusive: "open",
  "known-failing": "known",
  skipped: "skipped",
};

const longestMessage = 1000;
const longestName = 300;

/**
 * The cases of a run, in its order. There is always one that is broken where the run ends with 100, and
 * one that is open where it ends with 3: nothing that was not proven looks green elsewhere.
 */
export function casesOf(report: RunReport): readonly Case[] {
  const cases = [
    ...report.modules.flatMap((module) =>
      module.bindings.flatMap((binding) => casesOfBinding(report, module, binding)),
    ),
    ...report.account.map(accountCase),
  ];
  const isOpen = exitCodeOf(report) === 3 && !cases.some(({ outcome }) => outcome === "open");
  return isOpen
    ? [...cases, missing({ module: "run", semver: null }, "run", null, "nothing passed")]
    : cases;
}

type Tested = Pick<Case, "module" | "semver">;

/** Names are checked where they are registered; a report does not rely on it. */
const nameOf = (text: string) => plainLine(text, longestName);

function casesOfBinding(report: RunReport, tested: ModuleResult, binding: BindingResult): Case[] {
  const module = { module: nameOf(tested.module), semver: nameOf(tested.semver) };
  const cases = binding.laws.map((result) => {
    const replay = replayCommand(report, tested, binding, result);
    return caseOf(module, binding, result, replay);
  });
  const isOpen =
    binding.verdict === "inconclusive" && !cases.some(({ outcome }) => outcome === "open");
  if (!isOpen) return cases;
  const why = cases.length === 0 ? "no law speaks of it" : "every law was skipped";
  return [...cases, missing(module, nameOf(binding.element), binding, why)];
}

function caseOf(
  { module, semver }: Tested,
  binding: BindingResult,
  result: LawResult,
  replay: string | null,
): Case {
  return {
    module,
    semver,
    element: nameOf(binding.element),
    subject: nameOf(binding.pattern),
    ...ofResult(result, replay),
    place: result.failure?.place ?? binding.place,
    binding,
  };
}

function accountCase(result: LawResult): Case {
  const common = ofResult(result, null);
  return {
    module: "account",
    semver: null,
    element: "account",
    subject: result.failure === null ? null : nameOf(result.failure.subject),
    ...common,
    // What nobody may look at in an account decides no run.
    outcome: common.outcome === "open" ? "skipped" : common.outcome,
    place: null,
    binding: null,
  };
}

function ofResult(result: LawResult, replay: string | null) {
  const { law, title, verdict, failure, reason } = result;
  const parts = [reason, failure?.summary].filter((text) => typeof text === "string");
  return {
    law,
    title,
    verdict,
    outcome: outcomes[verdict],
    message:
      verdict === "pass" || parts.length === 0 ? null : plainLine(parts.join(": "), longestMessage),
    detail: failure === null ? null : detailOf(failure, replay),
    result,
  };
}

function missing(
  { module, semver }: Tested,
  element: string,
  binding: BindingResult | null,
  why: string,
): Case {
  return {
    module,
    semver,
    element,
    subject: binding === null ? null : nameOf(binding.pattern),
    law: "evidence",
    title: "is enough",
    verdict: "inconclusive",
    outcome: "open",
    message: `${why}, so there is no evidence`,
    detail: null,
    place: binding?.place ?? null,
    binding,
    result: null,
  };
}
