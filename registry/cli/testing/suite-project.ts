/** The files of a team's vitest project that tests a service with a contract suite. */
export const suiteProject = {
  "package.json": '{"type": "module"}',
  "npc.contract.yaml": `contract: v1
subjects:
  ai.npc.behavior.request.v1:
    examples:
      - name: an idle character
        request:
          meta: {requestId: "{{uuid}}"}
          npcId: guard
          situation: {position: {x: 1, y: 2, z: 3}, mood: MOOD_CALM, healthPercent: 100}
        expect:
          cel: reply.plan_id == request.npc_id
`,
  "service.js": `import { NpcBehaviorServiceContract } from "@bodybroker/npc/v1";
import { serve } from "@charter-nats/runtime";

export const start = (healthiest) => (nc) =>
  serve(nc, NpcBehaviorServiceContract, {
    plan({ npcId, situation }) {
      if (situation.healthPercent > healthiest) throw new Error("too healthy");
      return { planId: npcId, actions: [] };
    },
  }, { onError() {} });
`,
  "correct.test.js": suite("start: start(100)"),
  "faulty.test.js": suite("start: start(41)"),
  "server.test.js": suite('start: start(100), natsServer: "no-such-server"'),
  "use.ts": `import { contractSuite } from "@charter-nats/cli/contract-suite";
import { afterAll, beforeAll, describe, it } from "vitest";

await contractSuite(
  { describe, it, beforeAll, afterAll },
  { stubs: ["@bodybroker/npc"], otherReleases: [], beside: [], start: async (nc) => ({ stop: () => nc.drain() }) },
);
// @ts-expect-error: there is no such option
await contractSuite({ describe, it, beforeAll, afterAll }, { start: async () => undefined, stub: [] });
`,
};

function suite(options: string): string {
  return `import { contractSuite } from "@charter-nats/cli/contract-suite";
import { afterAll, beforeAll, describe, it } from "vitest";
import { start } from "./service.js";

await contractSuite(
  { describe, it, beforeAll, afterAll },
  {
    stubs: ["@bodybroker/npc"],
    subjects: ["ai.npc.behavior.request.v1"],
    laws: ["R1", "R2", "R3", "X1", "D1"],
    files: ["npc.contract.yaml"],
    ${options},
  },
);
`;
}
