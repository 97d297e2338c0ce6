import { create, toBinary } from "@bufbuild/protobuf";
import {
  PlanRequestSchema,
  PlanResponseSchema,
} from "../../../contract-tests/node_modules/@bodybroker/npc/dist/esm/v1/index.js";
import { startNatsServer } from "../../testing/nats-server.ts";
import type { BenchRow } from "../bench-row.ts";
import { type Child, startChild } from "../child.ts";
import { type LoadResult, median } from "../load-result.ts";
import {
  type Contestant,
  comparisonOf,
  figuresOf,
  type Pace,
  perSecond,
  type Round,
  ratioOf,
  takeTurns,
} from "../measure.ts";
import type { CallLoad } from "./caller.ts";
import { planRequest, planResponse } from "./sample.ts";

/** A service and its caller, each in a process of its own. */
interface Pair {
  readonly service: Child;
  readonly caller: Child;
}

/** The generated client and service against hand-written ones, and against HTTP/JSON. */
export async function benchRequests(pace: Pace): Promise<BenchRow[]> {
  const nats = await startNatsServer();
  const children: Child[] = [];
  const start = async (file: string, ...args: string[]) => {
    const child = await startChild(`stubs/${file}`, args);
    children.push(child);
    return child;
  };
  const pair = async (kind: "stub" | "hand", ...args: string[]): Promise<Pair> => ({
    service: await start("service.ts", kind, nats.url, ...args),
    caller: await start("caller.ts", kind, nats.url),
  });
  try {
    const hand = await pair("hand");
    const unchecked = await pair("stub", "unchecked");
    const rows = await againstHand(unchecked, hand, pace);
    await unchecked.service.stop();
    const checked = await pair("stub", "checked");
    rows.push(...(await asShipped(checked, pace)));
    const httpService = await start("service.ts", "http");
    const { port } = httpService.ready as { port: number };
    const http = { service: httpService, caller: await start("caller.ts", "http", String(port)) };
    return [...rows, await againstHttp(checked, http, pace)];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await nats.stop();
  }
}

function contestant({ service, caller }: Pair, load: CallLoad): Contestant {
  return { server: service, load: () => caller.ask(load) as Promise<LoadResult> };
}

async function againstHand(stub: Pair, hand: Pair, { rounds, seconds }: Pace): Promise<BenchRow[]> {
  const measure = async (inFlight: number) => {
    const load = { inFlight, seconds };
    const turns = await takeTurns([contestant(stub, load), contestant(hand, load)], rounds);
    return [turns[0] ?? [], turns[1] ?? []] as const;
  };
  const [serial, bareSerial] = await measure(1);
  const rows: BenchRow[] = [
    {
      name: "stub call, one at a time: p50 against hand-written",
      value: ratioOf(serial, bareSerial, (round) => round.p50Ms),
      unit: "×",
      bar: { atMost: 1.15 },
      details: comparisonOf(serial, bareSerial),
    },
  ];
  for (const inFlight of [64, 256]) {
    const [charter, bare] = await measure(inFlight);
    rows.push({
      name: `stub call, ${inFlight} in flight: rate against hand-written`,
      value: ratioOf(charter, bare),
      unit: "×",
      bar: { atLeast: 0.9 },
      details: comparisonOf(charter, bare),
    });
  }
  return rows;
}

async function asShipped(stub: Pair, { rounds, seconds }: Pace): Promise<BenchRow[]> {
  const [some = []] = await takeTurns([contestant(stub, { inFlight: 64, seconds })], rounds);
  const [full = []] = await takeTurns([contestant(stub, { inFlight: 256, seconds })], rounds);
  const [paced = []] = await takeTurns([contestant(stub, { perSecond: 1000, seconds })], rounds);
  const middle = (read: (round: Round) => number, of: readonly Round[]) => median(of.map(read));
  const details = (of: readonly Round[]) => [{ who: "Charter", ...figuresOf(of) }];
  const rate = "stub call with validation";
  const pace = "stub call with validation at 1,000/s";
  return [
    {
      name: `${rate}, 64 in flight`,
      value: middle(perSecond, some),
      unit: "/s",
      bar: null,
      details: details(some),
    },
    {
      name: `${rate}, 256 in flight`,
      value: middle(perSecond, full),
      unit: "/s",
      bar: { atLeast: 10_000 },
      details: details(full),
    },
    {
      name: `${pace}: p50`,
      value: middle((round) => round.p50Ms, paced),
      unit: "ms",
      bar: { atMost: 1 },
      details: details(paced),
    },
    {
      name: `${pace}: p99`,
      value: middle((round) => round.p99Ms, paced),
      unit: "ms",
      bar: { atMost: 3 },
      details: [],
    },
  ];
}

async function againstHttp(stub: Pair, http: Pair, { rounds, seconds }: Pace): Promise<BenchRow> {
  const load = { inFlight: 64, seconds };
  const turns = await takeTurns([contestant(stub, load), contestant(http, load)], rounds);
  const [charter = [], bare = []] = turns;
  const binary = [
    toBinary(PlanRequestSchema, create(PlanRequestSchema, planRequest())),
    toBinary(PlanResponseSchema, create(PlanResponseSchema, planResponse())),
  ];
  const json = [JSON.stringify(planRequest()), JSON.stringify(planResponse())];
  const bytes = (texts: readonly { length: number }[]) =>
    `${texts.map(({ length }) => length).join(" + ")} bytes`;
  return {
    name: "stub call with validation, 64 in flight: rate against HTTP/JSON on Fastify",
    value: ratioOf(charter, bare),
    unit: "×",
    bar: null,
    details: [
      { who: "Charter", ...figuresOf(charter), payloads: bytes(binary) },
      { who: "HTTP", ...figuresOf(bare), payloads: bytes(json) },
    ],
  };
}
