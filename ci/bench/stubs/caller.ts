/**
 * Calls one of the services that are compared, in a process of its own:
 * `caller.ts stub|hand <NATS URL>` or `caller.ts http <port>`.
 */
import { connect } from "@nats-io/transport-node";
import { answerParent } from "../child.ts";
import { type LoadResult, startRound } from "../load-result.ts";
import { callByHand, callByHttp, callByStub, type PlanCall } from "./calls.ts";

/** A number of calls at any moment, or a number of calls started each second. */
export type CallLoad = { readonly seconds: number } & (
  | { readonly inFlight: number }
  | { readonly perSecond: number }
);

const [kind, where = ""] = process.argv.slice(2);
const call = await open();
answerParent({}, (load: CallLoad) => ("inFlight" in load ? keepInFlight(load) : keepPace(load)));

async function open(): Promise<PlanCall> {
  if (kind === "http") return callByHttp(Number(where));
  const nc = await connect({ servers: where, noAsyncTraces: true });
  return kind === "stub" ? callByStub(nc) : callByHand(nc);
}

async function keepInFlight(load: { inFlight: number; seconds: number }): Promise<LoadResult> {
  const until = performance.now() + load.seconds * 1000;
  const round = startRound();
  const keepCalling = async () => {
    for (let at = performance.now(); at < until; ) {
      await call();
      const now = performance.now();
      round.record(now - at);
      at = now;
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, keepCalling));
  return round.end();
}

/** Starts calls whether or not earlier ones have ended. */
function keepPace(load: { perSecond: number; seconds: number }): Promise<LoadResult> {
  const from = performance.now();
  const total = load.perSecond * load.seconds;
  const round = startRound();
  let started = 0;
  let ended = 0;
  return new Promise((resolve, reject) => {
    const callOnce = async () => {
      const at = performance.now();
      await call();
      round.record(performance.now() - at);
      ended += 1;
      if (ended === total) resolve(round.end());
    };
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - from) / 1000) * load.perSecond));
      for (; started < due; started++) void callOnce().catch(reject);
      if (started === total) clearInterval(timer);
    }, 1);
  });
}
