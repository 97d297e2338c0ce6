import { expect, it } from "vitest";
import { type ClientCase, type ClientRun, judgeRun } from "./conformance.ts";

const exit = (exitCode: number, output = ""): ClientRun => ({
  end: { kind: "exit", exitCode },
  output,
  requests: 1,
});
const late: ClientRun = { end: { kind: "timeout", afterMs: 50 }, output: "", requests: 1 };
const killed: ClientRun = { end: { kind: "signal", signal: "SIGSEGV" }, output: "", requests: 1 };
const silent: ClientRun = { ...exit(1), requests: 0 };

const reply: ClientCase["expect"] = { outcome: "reply" };
const error: ClientCase["expect"] = { outcome: "error", codes: ["data_loss"] };
const either: ClientCase["expect"] = { outcome: "either", codes: ["data_loss"] };

it.each([
  ["a reply taken", reply, exit(0), "pass", "exit code 0"],
  ["an error where a reply came", reply, exit(1), "fail", "exit code 1"],
  [
    "the right code",
    error,
    exit(3, 'x\n{"code":"data_loss"}\n'),
    "pass",
    'exit code 3, and {"code":"data_loss"} printed',
  ],
  ["another code", error, exit(1, '{"code":"internal"}'), "fail", '{"code":"internal"} printed'],
  [
    "an exit without a code",
    error,
    exit(1),
    "fail",
    "exit code 1, and no code of an error printed",
  ],
  [
    "a crash over what came",
    error,
    exit(1, "Uncaught RangeError: index out of range: data_loss"),
    "fail",
    "no code of an error",
  ],
  [
    "a code printed after all was well",
    error,
    exit(0, '{"code":"data_loss"}'),
    "fail",
    "exit code 0",
  ],
  [
    "the last of two codes",
    error,
    exit(1, '{"code":"aborted"}\n{"code":"data_loss"}'),
    "pass",
    "data_loss",
  ],
  ["a fault that went unseen", error, exit(0), "fail", "exit code 0"],
  ["either, taken", either, exit(0), "pass", "exit code 0"],
  ["either, reported", either, exit(1, '{"code":"data_loss"}'), "pass", "data_loss"],
  ["either, without a code", either, exit(1), "fail", "no code of an error"],
  ["either, with another code", either, exit(1, '{"code":"internal"}'), "fail", "internal"],
  ["a client that hangs", error, late, "fail", "still running after 50 ms"],
  ["a client that crashes", error, killed, "fail", "ended by SIGSEGV"],
  ["a client that asks nobody", error, silent, "fail", "no request came from it"],
] as const)("judges %s", (_name, expected, run, verdict, came) => {
  const judged = judgeRun({ fault: "malformed", does: "", expect: expected }, run);
  expect(judged.verdict).toBe(verdict);
  expect(judged.came).toContain(came);
});
