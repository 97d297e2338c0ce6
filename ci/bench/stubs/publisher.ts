/**
 * Publishes events in one of the ways that are compared, in a process of its own:
 * `publisher.ts stub|hand core|stream <NATS URL>`. It generates the load and is what is measured.
 */
import { create, toBinary } from "@bufbuild/protobuf";
import { publish } from "@charter-nats/runtime";
import { jetstream } from "@nats-io/jetstream";
import { connect, headers, nuid } from "@nats-io/transport-node";
import {
  NpcPlannedContract,
  NpcPlannedSchema,
} from "../../../contract-tests/node_modules/@bodybroker/npc/dist/esm/v1/index.js";
import {
  HourChangedContract,
  HourChangedSchema,
} from "../../../contract-tests/node_modules/@bodybroker/time/dist/esm/v1/index.js";
import { answerParent, type CpuAnswer } from "../child.ts";
import { type LoadResult, startRound } from "../load-result.ts";
import { hourChanged, npcPlanned } from "./sample.ts";

export interface PublishLoad {
  readonly inFlight: number;
  readonly seconds: number;
}

const [kind, keeping, servers = ""] = process.argv.slice(2);
const nc = await connect({ servers, noAsyncTraces: true });
const publishOne = keeping === "core" ? toCore() : toStream();
answerParent({}, (load: PublishLoad | object) =>
  "seconds" in load ? keepPublishing(load) : cpu(),
);

/** A core event is on its way when it is written, so only the flush of a batch is waited for. */
function toCore(): () => Promise<unknown> {
  const batch = 100;
  const one =
    kind === "stub"
      ? () => void publish(nc, HourChangedContract, hourChanged(), { validate: false })
      : () => {
          const event = create(HourChangedSchema, hourChanged());
          nc.publish(
            `ai.time.hour.changed.v1.${event.worldId}`,
            toBinary(HourChangedSchema, event),
            {
              headers: stamped("bodybroker/time@0.0.0"),
            },
          );
        };
  return () => {
    for (let i = 0; i < batch; i++) one();
    return nc.flush();
  };
}

function toStream(): () => Promise<unknown> {
  if (kind === "stub") {
    return () => publish(nc, NpcPlannedContract, npcPlanned(), { validate: false });
  }
  const js = jetstream(nc);
  return () => {
    const event = create(NpcPlannedSchema, npcPlanned());
    return js.publish(
      `ai.npc.behavior.planned.v1.${event.npcId}`,
      toBinary(NpcPlannedSchema, event),
      {
        msgID: nuid.next(),
        expect: { streamName: "NPC_EVENTS" },
        headers: stamped("bodybroker/npc@0.0.0"),
      },
    );
  };
}

/** Every event says which release wrote it, however it is published. */
function stamped(release: string) {
  const stamp = headers();
  stamp.set("Charter-Schema", release);
  return stamp;
}

async function keepPublishing({ inFlight, seconds }: PublishLoad): Promise<LoadResult> {
  const until = performance.now() + seconds * 1000;
  const round = startRound();
  const keepGoing = async () => {
    for (let at = performance.now(); at < until; ) {
      await publishOne();
      const now = performance.now();
      round.record(now - at);
      at = now;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, keepGoing));
  return round.end();
}

async function cpu(): Promise<CpuAnswer> {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system };
}
