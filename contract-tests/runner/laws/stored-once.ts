import { eventFailure } from "../events/event-fault.ts";
import { type KeepingStream, keepingStream } from "../events/keeping-stream.ts";
import { idOf, type ProbeEvent, probePublisher } from "../events/probe-events.ts";
import { someEvents } from "../events/valid-events.ts";
import { type EventBench, type EventLaw, type Finding, nothing } from "./law.ts";

/** Charter's publisher sends an event again for so long, under the same id. */
const retriedMs = 10_000;

/** The same `Nats-Msg-Id` twice is one event in the stream. The run's events are deleted afterwards. */
export const storedOnce: EventLaw = {
  id: "E4",
  title: "publishes an event once",
  minimum: 3,
  on: "event",
  effect: "publishes",
  async check(bench) {
    const lookup = await keepingStream(bench.nc, bench.binding);
    if (lookup.kind === "unknown") return nothing("inconclusive", lookup.reason);
    if (lookup.kind === "core") return nothing("skipped", "no stream keeps it");
    const { stream } = lookup;
    const publisher = probePublisher(bench, stream);
    let samples = 0;
    try {
      for (const [i, event] of someEvents(bench, bench.samples).entries()) {
        const id = idOf(bench, i);
        const first = await publisher.publish(event, id);
        const second = await publisher.publish(event, id);
        const evidence = { stream: stream.name, twice: ++samples };
        if (second.isDuplicate && second.sequence === first.sequence) continue;
        const failure = storedAgain(bench, event, stream, second.sequence);
        return { verdict: "fail", samples, evidence, failure };
      }
      return windowOf(bench, stream, samples);
    } finally {
      await publisher.clean();
    }
  },
};

function storedAgain(
  bench: EventBench,
  event: ProbeEvent,
  { name }: KeepingStream,
  sequence: number,
) {
  const summary = `an event with a known Nats-Msg-Id must be a duplicate; ${name} stored it again`;
  return eventFailure(bench, event, summary, `it is at sequence ${sequence} now`);
}

/** An event that is sent again at once shows nothing of one that is sent again later. */
function windowOf(bench: EventBench, { name, config }: KeepingStream, samples: number): Finding {
  const windowMs = config.duplicate_window / 1e6;
  const ageMs = config.max_age === 0 ? Number.POSITIVE_INFINITY : config.max_age / 1e6;
  const neededMs = Math.min(retriedMs, ageMs);
  const evidence = { stream: name, twice: samples, windowMs };
  if (windowMs >= neededMs) return { verdict: "pass", samples, evidence };
  const [event] = someEvents(bench, 1);
  const summary = `${name} must know an id for as long as a publisher tries again, which is ${neededMs} ms; its duplicate_window is ${windowMs} ms`;
  const shown = event ?? {
    subject: bench.binding.pattern,
    payload: new Uint8Array(),
    message: null,
  };
  const failure = eventFailure(bench, shown, summary, "`charter stream plan` shows the difference");
  return { verdict: "fail", samples, evidence, failure };
}
