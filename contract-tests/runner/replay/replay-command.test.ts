import { expect, it } from "vitest";
import type { FailureDetail, Replay } from "../report.ts";
import { replayCommand } from "./replay-command.ts";

const failed = (replay: Replay | null, hex = "0a01"): FailureDetail => ({
  summary: "",
  subject: "a",
  message: null,
  hex,
  answer: "",
  nearest: null,
  rule: null,
  place: { file: "a.proto", line: 1 },
  replay,
  shrinks: 0,
  repeated: null,
  trace: [],
});
const module = { module: "shop/orders", semver: "1.2.0" };
const rpc = { kind: "request", element: "shop.v1.Orders.Place" } as const;
const local = { seed: 42, environmentClass: "ephemeral" } as const;
const common =
  "charter contract replay shop/orders@1.2.0 --law R2 --rpc shop.v1.Orders.Place --seed 42";

it.each<[string, FailureDetail, string | null]>([
  ["a random case by its path", failed({ seed: 42, path: "1/3:0" }), `${common} --path 1/3:0`],
  ["a whole law without one", failed(null), common],
  [
    "a case with values of earlier answers by its bytes",
    failed({ seed: 42, path: "1/3:0", exact: true }),
    `${common} --hex 0a01`,
  ],
  [
    "no case whose bytes are cut off",
    failed({ seed: 42, path: "1/3:0", exact: true }, "00".repeat(2048)),
    null,
  ],
])("tries %s again", (_, failure, command) => {
  expect(replayCommand(local, module, rpc, { law: "R2", failure })).toBe(command);
});

it("names an event, and a class of environment that is not the usual one", () => {
  const event = { kind: "event", element: "shop.v1.Placed" } as const;
  const staging = { seed: 7, environmentClass: "staging" } as const;
  expect(replayCommand(staging, module, event, { law: "E1", failure: failed(null) })).toBe(
    "charter contract replay shop/orders@1.2.0 --law E1 --event shop.v1.Placed --seed 7 --environment-class staging",
  );
});

it("has nothing to try of what did not fail", () => {
  expect(replayCommand(local, module, rpc, { law: "R2", failure: null })).toBeNull();
});
