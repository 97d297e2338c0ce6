import type { Binding, EventBinding } from "../../../registry/core/binding/binding.ts";
import { eventsIn, keepingStream } from "../events/keeping-stream.ts";
import type { FailureDetail } from "../report.ts";
import { subscriptionOf } from "../subjects.ts";
import type { AccountBench, AccountLaw } from "./account-law.ts";

/** What became of a declared subject: it is used, dead, or nobody can say. */
interface Life {
  readonly binding: Binding;
  readonly state: "used" | "dead" | "unknown";
  readonly why: string;
}

const mostShown = 10;
const dayMs = 24 * 60 * 60 * 1000;
/** A subject that had nothing for so long is not merely quiet. */
const silentDays = 30;

/**
 * Every declared subject is used. An rpc is dead when nobody serves it while its module is served; an
 * event is, when its stream could have kept one for thirty days, and has none. Where nothing of a
 * module is live, or a stream forgets sooner, nobody can say.
 */
export const dead: AccountLaw = {
  id: "D2",
  title: "uses every declared subject",
  minimum: 1,
  effect: "observes",
  async check(bench) {
    const lives: Life[] = [];
    for (const { module, bindings } of bench.contracts) {
      const isServed = bindings.some((each) => each.kind !== "event" && isLive(bench, each));
      for (const binding of bindings) {
        lives.push(
          binding.kind === "event"
            ? await lifeOfEvent(bench, binding)
            : lifeOfRpc(bench, binding, module, isServed),
        );
      }
    }
    const of = (state: Life["state"]) => lives.filter((each) => each.state === state);
    const [used, gone, unknown] = [of("used"), of("dead"), of("unknown")];
    const evidence = { used: used.length, dead: gone.length, unknown: unknown.map(lineOf) };
    const samples = used.length + gone.length;
    const [first] = gone;
    if (first !== undefined) {
      return { verdict: "fail", samples, evidence, failure: failureOf(first, gone) };
    }
    if (samples > 0 && unknown.length === 0) return { verdict: "pass", samples, evidence };
    const reason = `nobody can say of ${unknown.length} subjects, such as ${unknown[0] === undefined ? "none" : lineOf(unknown[0])}`;
    return { verdict: "inconclusive", samples, evidence, reason };
  },
};

/** Whether somebody says that it serves the subject, or answered on it in this run. */
function isLive({ endpoints, modules }: AccountBench, binding: Binding): boolean {
  const subject = subscriptionOf(binding);
  if (endpoints.some((each) => each.subject === subject)) return true;
  return modules.some(({ bindings }) =>
    bindings.some((each) => each.pattern === binding.pattern && each.evidence !== null),
  );
}

function lifeOfRpc(bench: AccountBench, binding: Binding, module: string, isServed: boolean): Life {
  if (isLive(bench, binding)) return { binding, state: "used", why: "it is served" };
  return isServed
    ? { binding, state: "dead", why: `nobody serves it, while ${module} is served` }
    : { binding, state: "unknown", why: `nothing of ${module} is live` };
}

async function lifeOfEvent(bench: AccountBench, binding: EventBinding): Promise<Life> {
  const lookup = await keepingStream(bench.nc, binding);
  if (lookup.kind === "unknown") return { binding, state: "unknown", why: lookup.reason };
  if (lookup.kind === "core") {
    const { count } = bench.heard(binding);
    return count > 0
      ? { binding, state: "used", why: "it was heard" }
      : { binding, state: "unknown", why: "no stream keeps it, and it was not heard in this run" };
  }
  const { stream } = lookup;
  if (eventsIn(stream) > 0) return { binding, state: "used", why: `${stream.name} has some` };
  const { created } = await stream.jsm.streams.info(stream.name);
  const ageMs = Date.now() - Date.parse(created);
  const keptMs = stream.config.max_age === 0 ? ageMs : Math.min(ageMs, stream.config.max_age / 1e6);
  // A stream that drops by size may have dropped it.
  const isBounded = stream.config.max_bytes > 0 || stream.config.max_msgs > 0;
  const dropped = isBounded && stream.state.first_seq > 1;
  return keptMs >= silentDays * dayMs && !dropped
    ? { binding, state: "dead", why: `${stream.name} has had none for ${silentDays} days` }
    : { binding, state: "unknown", why: `${stream.name} has none, and could not tell for long` };
}

/** `ai.x.v1: nobody serves it` */
function lineOf({ binding, why }: Life): string {
  return `${binding.pattern}: ${why}`;
}

function failureOf(first: Life, gone: readonly Life[]): FailureDetail {
  const more = gone.length > mostShown ? `; and ${gone.length - mostShown} more` : "";
  const list = gone.slice(0, mostShown).map(lineOf).join("; ");
  return {
    summary: `${gone.length} declared subjects that nobody uses: ${list}${more}`,
    subject: first.binding.pattern,
    message: null,
    hex: "",
    answer: first.why,
    nearest: null,
    rule: null,
    place: first.binding.place,
    replay: null,
    shrinks: 0,
    repeated: null,
    trace: [],
  };
}
