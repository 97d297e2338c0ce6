// What the README's examples take from the application around them, and services to talk to.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { serve as servePeer, publish as publishPeer } from "@charter-nats/runtime";
import { connect as connectPeer } from "@nats-io/transport-node";
import { NpcBehaviorServiceContract as PeerContract, type PlanRequestSchema } from "@bodybroker/npc/v1";
import { FinishReason, type InferResponseSchema, type StreamInferRequestSchema } from "@bodybroker/ai/v1";
import { WorldServiceContract as PeerWorlds } from "@bodybroker/world/v1";
import { HourChangedContract as PeerEvent, type HourChangedSchema } from "@bodybroker/time/v1";

/** A busy machine can make a call need a second request, so nothing is told twice. */
const told = new Set<string>();
const meta: MessageInitShape<typeof PlanRequestSchema>["meta"] = { requestId: "r-1" };
const situation: MessageInitShape<typeof PlanRequestSchema>["situation"] = { position: { x: 1 } };
const gameTime: MessageInitShape<typeof HourChangedSchema>["gameTime"] = { day: 12, timeOfDay: { seconds: 3600n } };
const input: MessageInitShape<typeof StreamInferRequestSchema>["input"] = {
  content: { case: "prompt", value: "Tell me a story." },
};
const model = {
  async run(_: unknown): Promise<MessageInitShape<typeof InferResponseSchema>> {
    return { output: { case: "text", value: "Once" }, finishReason: FinishReason.STOP, usage: {} };
  },
  async *tokens(_: unknown, signal: AbortSignal) {
    const tokens = ["Once", " upon", " a", " time"];
    told.add(`tokens: ${tokens.join("")}`);
    for (const token of tokens) if (!signal.aborted) yield token;
  },
};
const signal = new AbortController().signal;
const log = { info: (..._: unknown[]) => {}, warn: (...things: unknown[]) => console.error(...things) };
const cached: string[] = [];
const cache = {
  async put(id: string, _flags: object, sequence: number): Promise<void> {
    cached.push(`${id} ${sequence}`);
  },
};
function useTheDefaultPlan(): void {}
async function findNpc(_id: string, _signal: AbortSignal): Promise<{ plan(): [] } | undefined> {
  return { plan: () => [] };
}

const peer = await connectPeer({ servers: process.env["NATS_URL"] ?? "" });
const peerService = await servePeer(peer, PeerContract, {
  plan: () => {
    told.add("the npc was planned for by the service");
    return { planId: "p-1" };
  },
});
const peerWorlds = await servePeer(peer, PeerWorlds, {
  getWorld: ({ worldId }) => {
    told.add(`${worldId} was read from its service`);
    return { revision: 7n, page: {} };
  },
  updateWorld: () => ({}),
  watchWorld: async function* () {},
});
const clock = setInterval(() => {
  const occurredAt = { seconds: 1_800_000_000n };
  void publishPeer(peer, PeerEvent, { worldId: "w42", gameTime: { day: 13, timeOfDay: {} }, occurredAt });
}, 20);
