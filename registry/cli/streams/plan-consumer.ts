import { AckPolicy, type ConsumerConfig, DeliverPolicy } from "@nats-io/jetstream";
import type { DesiredConsumer } from "./desired.ts";
import {
  actionOf,
  changesBetween,
  type PlannedConsumer,
  showLimit,
  showSwitch,
  showText,
  type Wording,
} from "./planned.ts";

const millisecond = 1_000_000;

const wordings: readonly Wording<ConsumerConfig>[] = [
  { key: "filter_subject", setting: "filter", show: showText, always: true },
  { key: "ack_wait", setting: "ack wait", show: showLimit("ms", millisecond), always: true },
  { key: "max_ack_pending", setting: "in hand", show: showLimit("events", 1), always: true },
  { key: "max_deliver", setting: "deliveries", show: showLimit("times", 1) },
  { key: "inactive_threshold", setting: "goes when idle for", show: showLimit("ms", millisecond) },
  { key: "headers_only", setting: "headers only", show: showSwitch },
];

/** What is to be done about a durable consumer. `current` is the one on the server, or null. */
export function planConsumer(
  { name, stream, filter, ackWaitMs, maxAckPending }: DesiredConsumer,
  current: ConsumerConfig | null,
): PlannedConsumer {
  const config: Partial<ConsumerConfig> = {
    durable_name: name,
    filter_subject: filter,
    ack_policy: AckPolicy.Explicit,
    ack_wait: ackWaitMs * millisecond,
    max_ack_pending: maxAckPending,
    // The stubs give up, and leave a dead letter; the server would only fall silent.
    max_deliver: -1,
    inactive_threshold: 0,
    headers_only: false,
    ...(current === null ? { deliver_policy: DeliverPolicy.All } : {}),
  };
  const changes = changesBetween(wordings, current, config);
  const conflicts = conflictsOf(`${stream} ${name}`, current);
  return {
    name,
    stream,
    action: actionOf(current !== null, changes, conflicts),
    changes,
    conflicts,
    notes: [],
    config,
  };
}

function conflictsOf(where: string, current: ConsumerConfig | null): readonly string[] {
  if (current === null) return [];
  const fixed: string[] = [];
  const conflict = (what: string) =>
    fixed.push(
      `${what}, which cannot be changed. Stop its instances, delete it yourself (\`nats consumer rm ${where}\`), and apply again; it then begins with the oldest event.`,
    );
  if (current.ack_policy !== "explicit") {
    conflict(`its ack policy is ${current.ack_policy}, not explicit`);
  }
  if (current.deliver_subject !== undefined) conflict(`it pushes to ${current.deliver_subject}`);
  if (current.filter_subjects !== undefined) conflict("it has several filters");
  return fixed;
}
