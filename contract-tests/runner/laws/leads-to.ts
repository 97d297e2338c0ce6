import { type DescMessage, fromBinary } from "@bufbuild/protobuf";
import type { NatsConnection } from "@nats-io/nats-core";
import type { EventBinding } from "../../../registry/core/binding/binding.ts";
import { messageType } from "../contract.ts";
import { fieldAt, hasField } from "../events/field-at.ts";
import type { CaseResult } from "../property.ts";
import type { Flow } from "../settings.ts";
import { subscriptionOf } from "../subjects.ts";
import { attemptWithKnown, collectGrants, requestsOf } from "./granting.ts";
import { type Finding, nothing, type RequestBench, type RequestLaw } from "./law.ts";
import { failureOf } from "./probing.ts";

/** A granted request is followed by an event with an equal key within its time. */
export const leadsTo: RequestLaw = {
  id: "E6",
  title: "publishes the event that a request leads to",
  minimum: 3,
  on: "request",
  effect: "calls",
  async check(bench) {
    const flows = bench.settings.flows ?? [];
    if (flows.length === 0) {
      return nothing("skipped", "no contract file says which events its requests lead to");
    }
    let samples = Number.POSITIVE_INFINITY;
    const evidence: Record<string, string> = {};
    for (const [i, flow] of flows.entries()) {
      const finding = await checkFlow(bench, flow, bench.seed + i * 1000);
      if (finding.verdict !== "pass") return finding;
      samples = Math.min(samples, finding.samples);
      evidence[flow.event] = `${finding.samples} followed a granted request`;
    }
    return { verdict: "pass", samples, evidence };
  },
};

async function checkFlow(bench: RequestBench, flow: Flow, seed: number): Promise<Finding> {
  const binding = bench.contract.bindings.find(
    (each) => each.kind === "event" && each.pattern === flow.event,
  );
  if (binding?.kind !== "event") {
    const reason = `${bench.contract.module} has no event ${flow.event}, which the contract file names`;
    return nothing("inconclusive", reason);
  }
  const desc = messageType(bench.generator.schema, binding.messageType);
  const missing = !hasField(bench.input, flow.key.request)
    ? `${bench.input.typeName} has no scalar field ${flow.key.request}`
    : hasField(desc, flow.key.event)
      ? null
      : `${desc.typeName} has no scalar field ${flow.key.event}`;
  if (missing !== null) return nothing("inconclusive", `${missing}, which the contract file names`);
  const events = await listen(bench.nc, binding, desc, flow.key.event);
  const type = { generator: bench.generator, desc: bench.input };
  try {
    const search = { seed, wanted: bench.samples };
    const grants = await collectGrants(bench, requestsOf(bench, type), search, (message) =>
      following(bench, flow, events, message),
    );
    return findingOf(bench, flow, grants, events.refusal());
  } finally {
    events.stop();
  }
}

async function following(
  bench: RequestBench,
  flow: Flow,
  events: KeysSeen,
  message: Parameters<typeof attemptWithKnown>[2],
): Promise<CaseResult> {
  const type = { generator: bench.generator, desc: bench.input };
  const since = events.count();
  const said = await attemptWithKnown(bench, type, message, {
    summaryOf: (symptom) => `refused: ${symptom}`,
  });
  // Whether valid requests are answered is another law's question.
  if (said.kind === "broken") return { kind: "void" };
  if (said.kind !== "kept" || said.refusal !== null) return said;
  const key = String(fieldAt(bench.input, said.probe.message, flow.key.request));
  if (await events.has(key, since, flow.withinMs)) return said;
  const shown = key.slice(0, 128);
  const summary = `a granted request must lead to ${flow.event} with ${flow.key.event} ${shown} within ${flow.withinMs} ms`;
  const other = events.count() - since;
  const answer = other === 0 ? "no event came" : `${other} events came, none of that key`;
  return {
    kind: "broken",
    symptom: "no event",
    failure: failureOf(bench, said.probe, summary, answer),
  };
}

function findingOf(
  bench: RequestBench,
  flow: Flow,
  { granted, refused, end }: Awaited<ReturnType<typeof collectGrants>>,
  refusal: string | null,
): Finding {
  const at = { samples: granted, evidence: { event: flow.event, granted, refused } };
  if (refusal !== null) return { ...at, verdict: "inconclusive", reason: refusal };
  if (end?.kind === "broken") return { ...at, verdict: "fail", failure: end.failure };
  if (end?.kind === "flaky") return { ...at, verdict: "flaky", failure: end.failure };
  if (end?.kind === "schema-bug") return { ...at, verdict: "schema-bug", reason: end.reason };
  if (granted >= bench.samples) return { ...at, verdict: "pass" };
  const why = end?.reason ?? `the others were refused: ${refused.join(", ")}`;
  const reason = `only ${granted} requests were granted, and ${bench.samples} are needed; ${why}`;
  return { ...at, verdict: "inconclusive", reason };
}

/** The keys of the events that have come. */
interface KeysSeen {
  count(): number;
  /** Whether an event with the key has come after the first `since`, or comes in time. */
  has(key: string, since: number, withinMs: number): Promise<boolean>;
  refusal(): string | null;
  stop(): void;
}

/** Older ones are forgotten; a request in hand has not waited for so many. */
const mostKeys = 10_000;

async function listen(
  nc: NatsConnection,
  binding: EventBinding,
  desc: DescMessage,
  path: string,
): Promise<KeysSeen> {
  let keys: string[] = [];
  let forgotten = 0;
  let refusal: string | null = null;
  const waiting = new Set<() => void>();
  const subscription = nc.subscribe(subscriptionOf(binding), {
    callback(error, { data }) {
      if (error !== null) {
        refusal = `the connection may not listen to ${binding.pattern}: ${error.message.slice(0, 200)}`;
      } else keys.push(keyOf(desc, data, path));
      if (keys.length > mostKeys) {
        forgotten += keys.length - mostKeys / 2;
        keys = keys.slice(-mostKeys / 2);
      }
      for (const look of waiting) look();
    },
  });
  await nc.flush();
  return {
    count: () => forgotten + keys.length,
    has: (key, since, withinMs) =>
      new Promise((resolve) => {
        const isThere = () => keys.slice(Math.max(0, since - forgotten)).includes(key);
        const timer = setTimeout(() => end(false), withinMs);
        function end(found: boolean) {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        }
        function look() {
          if (isThere()) end(true);
          else if (refusal !== null) end(true);
        }
        waiting.add(look);
        look();
      }),
    refusal: () => refusal,
    stop: () => subscription.unsubscribe(),
  };
}

/** Empty for what is no such event; whether it is valid is another law's question. */
function keyOf(desc: DescMessage, data: Uint8Array, path: string): string {
  try {
    return String(fieldAt(desc, fromBinary(desc, data), path));
  } catch {
    return "";
  }
}
