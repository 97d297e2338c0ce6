import type { RequestBinding, StreamingBinding } from "../../registry/core/binding/binding.ts";
import {
  type Expectation,
  type Fault,
  type FaultDefinition,
  faultNames,
  faults,
} from "../mock/faults.ts";

/** One run of the client: against a sound mock, or against one with a fault. */
export interface ClientCase {
  readonly fault: Fault | null;
  /** What the mock does. */
  readonly does: string;
  readonly expect: Expectation;
}

/** How a run of the client ended. */
export type ClientEnd =
  /** Its exit code: 0 says that it took the answer, any other with a code that it met an error. */
  | { readonly kind: "exit"; readonly exitCode: number }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "timeout"; readonly afterMs: number };

export interface ClientRun {
  readonly end: ClientEnd;
  /** The end of what it printed, on both streams. */
  readonly output: string;
  /** How many requests it sent. */
  readonly requests: number;
}

export interface ClientCaseResult {
  readonly fault: Fault | null;
  readonly does: string;
  readonly expected: string;
  readonly came: string;
  readonly verdict: "pass" | "fail" | "skipped";
  readonly output: string;
}

/** What law C1 found of one client on one rpc; plain JSON. */
export interface ClientReport {
  readonly law: "C1";
  readonly title: string;
  readonly module: string;
  readonly semver: string;
  readonly rpc: string;
  readonly verdict: "pass" | "fail" | "inconclusive";
  /** Why it is inconclusive, or null. */
  readonly reason: string | null;
  readonly cases: readonly ClientCaseResult[];
}

/** The sound mock comes first: a client that fails there shows nothing by failing elsewhere. */
export function clientCases({ kind }: RequestBinding | StreamingBinding): readonly ClientCase[] {
  const sound: ClientCase = {
    fault: null,
    does: "the mock is sound",
    expect: { outcome: "reply" },
  };
  const broken = faultNames.flatMap((fault): ClientCase[] => {
    const { does, expect }: FaultDefinition = faults[fault];
    const expected = expect[kind];
    return expected === undefined ? [] : [{ fault, does, expect: expected }];
  });
  return [sound, ...broken];
}

/** A fault that the answers of an rpc cannot have, because of their type. */
export function skippedCase({ fault, does, expect }: ClientCase): ClientCaseResult {
  const came = "not tried: the answers of this rpc cannot have it";
  return {
    fault,
    does,
    expected: describeExpectation(expect),
    came,
    verdict: "skipped",
    output: "",
  };
}

export function judgeRun({ fault, does, expect }: ClientCase, run: ClientRun): ClientCaseResult {
  const code = codeIn(run.output);
  return {
    fault,
    does,
    expected: describeExpectation(expect),
    came: describeRun(run, code),
    verdict: keeps(expect, run, code) ? "pass" : "fail",
    output: run.output,
  };
}

function keeps(expect: Expectation, { end, requests }: ClientRun, code: string | null): boolean {
  // A client that asked nobody has taken no answer, and met no fault.
  if (end.kind !== "exit" || requests === 0) return false;
  if (end.exitCode === 0) return expect.outcome !== "error";
  // Without a code it may have crashed over what came, which an exit code does not tell.
  return expect.outcome !== "reply" && expect.codes.some((each) => each === code);
}

/** The code in the last line that is a JSON object with one: `{"code":"data_loss"}`. */
function codeIn(output: string): string | null {
  for (const line of output.split("\n").reverse()) {
    const code = /^\s*\{\s*"code"\s*:\s*"([a-z_]{1,32})"\s*\}\s*$/.exec(line)?.[1];
    if (code !== undefined) return code;
  }
  return null;
}

function describeExpectation(expect: Expectation): string {
  switch (expect.outcome) {
    case "reply":
      return "exit code 0";
    case "error":
      return `another exit code than 0, and ${printed(expect.codes)} printed`;
    case "either":
      return `exit code 0, or another and ${printed(expect.codes)} printed`;
  }
}

function printed(codes: readonly string[]): string {
  return codes.map((code) => JSON.stringify({ code })).join(" or ");
}

function describeRun({ end, requests }: ClientRun, code: string | null): string {
  if (requests === 0) return "no request came from it";
  switch (end.kind) {
    case "exit":
      return `exit code ${end.exitCode}${end.exitCode === 0 ? "" : `, and ${code === null ? "no code of an error" : printed([code])} printed`}`;
    case "signal":
      return `ended by ${end.signal}`;
    case "timeout":
      return `still running after ${end.afterMs} ms`;
  }
}

/** A verdict over all cases. Without a reply from a sound mock there is nothing to compare with. */
export function verdictOf(
  cases: readonly ClientCaseResult[],
): Pick<ClientReport, "verdict" | "reason"> {
  const [sound, ...broken] = cases;
  if (sound?.verdict !== "pass") {
    return {
      verdict: "inconclusive",
      reason: `without any fault the client must end with 0, and it did not: ${sound?.came ?? "it was not run"}`,
    };
  }
  const failed = broken.some(({ verdict }) => verdict === "fail");
  return { verdict: failed ? "fail" : "pass", reason: null };
}
