import { join } from "node:path";
import { expect, test } from "vitest";
import type { Baseline, CheckReport, Finding } from "../../core/gate/report.ts";
import { renderReport } from "./report.ts";
import { plain, styleFor } from "./style.ts";

const testdata = join(import.meta.dirname, "../testdata");

const moved: Finding = {
  rule: "FIELD_SAME_TYPE",
  rules: ["FIELD_SAME_TYPE", "FIELD_WIRE_COMPATIBLE_TYPE"],
  tier: "wire",
  blocking: true,
  introduced: true,
  breaks: ["1.1.0", "1.0.0"],
  element: "bodybroker.npc.v1.PlanRequest.npc_id",
  protoPackage: "bodybroker.npc.v1",
  message: 'Field "1" with name "npc_id" on message "PlanRequest" changed type.',
  place: { side: "proposal", file: "bodybroker/npc/v1/npc.proto", line: 14, column: 3 },
  before: "string npc_id = 1;",
  after: "int64 npc_id = 1 [\n  (buf.validate.field).required = true\n];",
  subjects: [
    { pattern: "ai.npc.behavior.request.v1", role: "request", module: "bodybroker/npc" },
    { pattern: "ai.world.plan.v1.{world_id}", role: "event", module: "bodybroker/world" },
  ],
  users: [
    { participant: "gateway", build: "2.1.0", environments: ["prod", "test"], does: "sends" },
    { participant: "quest", build: "77", environments: [], does: "sends" },
    { participant: "editor", build: "3", environments: [], does: "uses" },
  ],
  dependents: ["bodybroker/world", "bodybroker/quest"],
  remedy: "Leave the field as it is, deprecate it, and add a new field with a new number.",
  fix: "In message PlanRequest, put back `string npc_id = 1;`. Give the new form a field of its own: 9 is free.",
  counterExample: {
    type: "bodybroker.npc.v1.PlanRequest",
    json: '{"npcId": "npc-1"}',
    acceptedBy: "baseline",
    refusal: "npc_id: must be a number (int64.gt)",
  },
};

const gone: Finding = {
  ...moved,
  rule: "FILE_NO_DELETE",
  rules: ["FILE_NO_DELETE"],
  tier: "dangerous",
  blocking: false,
  introduced: false,
  breaks: ["1.0.0"],
  message: "The file was deleted.",
  place: { side: "baseline", file: "bodybroker/npc/v1/old.proto", line: 1, column: 1 },
  before: null,
  after: null,
  subjects: [],
  users: [],
  dependents: [],
  remedy: "Check that nobody imports it.",
  fix: null,
  counterExample: null,
};

const base = { digest: "sha256:00", findings: [], additions: [], migrations: [] };
const from = (semver: string): Baseline[] => [
  { semver, digest: "sha256:01", reasons: [{ kind: "head" }] },
];
const deployed: Baseline = {
  semver: "1.0.0",
  digest: "sha256:02",
  reasons: [
    { kind: "deployed", environment: "prod", participant: "quest" },
    { kind: "retained", stream: "NPC_EVENTS", until: "2026-11-23T12:05:00Z" },
  ],
};

const report: CheckReport = {
  formatVersion: 1,
  id: "c1",
  createdAt: "2026-11-23T12:00:00Z",
  verdict: "rejected",
  policyVersion: 0,
  partial: null,
  modules: [
    {
      ...base,
      module: "bodybroker/npc",
      verdict: "rejected",
      baselines: [...from("1.1.0"), deployed],
      semver: null,
      findings: [moved, gone],
    },
    {
      ...base,
      module: "bodybroker/world",
      verdict: "accepted",
      additions: [{ kind: "field", element: "bodybroker.world.v1.World.note", place: gone.place }],
      migrations: [
        {
          from: "bodybroker.world.v1",
          to: "bodybroker.world.v2",
          rows: [
            { change: "same", before: "Place", after: "Place", notes: [] },
            {
              change: "changed",
              before: "World",
              after: "World",
              notes: ["field note type: string → int32", "field more added"],
            },
            { change: "renamed", before: "Item", after: "Thing", notes: [] },
            { change: "gone", before: "Old", after: null, notes: [] },
            { change: "new", before: null, after: "ai.world.state.seen.v2.{id}", notes: [] },
          ],
        },
      ],
      baselines: from("1.1.3"),
      semver: "1.2.0",
    },
    {
      ...base,
      module: "bodybroker/ai",
      verdict: "accepted",
      baselines: from("0.1.0"),
      semver: "0.1.1",
    },
    { ...base, module: "bodybroker/quest", verdict: "accepted", baselines: [], semver: "1.0.0" },
    {
      ...base,
      module: "bodybroker/common",
      verdict: "unchanged",
      baselines: from("2.0.0"),
      semver: "2.0.0",
    },
  ],
};

const locate = (_: string | undefined, file: string) => `proto/${file}`;

test("renderReport prints findings as a compiler does, then a line for each module", async () => {
  await expect(`${renderReport(report, locate, plain)}\n`).toMatchFileSnapshot(
    join(testdata, "report.txt"),
  );
});

test("renderReport marks what matters with colors on a terminal", async () => {
  const color = styleFor({ isTTY: true }, {});
  const text = renderReport(report, locate, color).replaceAll("\u001b", "ESC");
  await expect(`${text}\n`).toMatchFileSnapshot(join(testdata, "report-colored.txt"));
});

test.each([
  ['{"count":1}', 'the baseline hands it on as {"count":1}'],
  [null, "the baseline cannot hand it on"],
])("renderReport shows what another release makes of a message: %s", (handedOn, text) => {
  const { type, json } = moved.counterExample ?? { type: "", json: "" };
  const finding = {
    ...moved,
    counterExample: { type, json, sentBy: "proposal", handedOn },
  } as const;
  const modules = report.modules.slice(0, 1).map((each) => ({ ...each, findings: [finding] }));
  expect(renderReport({ ...report, modules }, locate, plain)).toContain(
    `${json}\n           is a valid ${type} for the proposal; ${text}\n`,
  );
});
