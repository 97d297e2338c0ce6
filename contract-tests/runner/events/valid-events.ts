import { type Message, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { demandOf } from "../../../registry/core/samples/demand.ts";
import { variedMessages } from "../../../registry/core/samples/messages.ts";
import { judge } from "../../../registry/core/samples/oracle.ts";
import type { EventBench } from "../laws/law.ts";
import { subjectOf, tokensOf } from "../subjects.ts";
import type { ProbeEvent } from "./probe-events.ts";

/** Events that are valid for the most part; `probeOf` tells. */
export function eventsOf({ generator, message, binding }: EventBench): fc.Arbitrary<Message> {
  return variedMessages(generator, message, demandOf(tokensOf(binding)));
}

/** The event of a message, or null when the message is not valid or has no subject. */
export function probeOf(bench: EventBench, message: Message): ProbeEvent | null {
  const { generator, message: desc, binding } = bench;
  if (judge(generator.schema, desc, message).kind !== "valid") return null;
  const subject = subjectOf(binding, desc, message);
  const { semver } = bench.contract;
  return subject === null ? null : { subject, message, payload: toBinary(desc, message), semver };
}

const tries = 100;

/** Some valid events, or fewer when too few of the generated ones are. Each index has one of its own. */
export function someEvents(bench: EventBench, count: number): readonly ProbeEvent[] {
  const messages = fc.sample(eventsOf(bench), { numRuns: count + tries, seed: bench.seed });
  return messages.flatMap((each) => probeOf(bench, each) ?? []).slice(0, count);
}
