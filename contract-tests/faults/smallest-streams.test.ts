import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import type { LawResult } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import { noSettings, type SubjectSettings } from "../runner/settings.ts";
import { errorFrame, type FeedFault, type Sent, startFeed, type Told } from "./feed.ts";
import { tellContract } from "./feed-contract.ts";

let tell: ContractUnderTest;
let server: RunningNatsServer;
let nc: NatsConnection;

beforeAll(async () => {
  const now = await tellContract();
  const older = {
    semver: "0.9.0",
    age: "older",
    descriptors: withAccent(now.descriptors),
  } as const;
  tell = { ...now, others: [older] };
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
});

afterAll(async () => {
  await nc.close();
  await server.stop();
});

/** A field that an older release had. */
const accent = 3;

function withAccent(descriptors: Uint8Array): Uint8Array {
  const set = fromBinary(FileDescriptorSetSchema, descriptors);
  const request = set.file
    .flatMap(({ messageType }) => messageType)
    .find(({ name }) => name === "TellRequest");
  const type = FieldDescriptorProto_Type.STRING;
  const label = FieldDescriptorProto_Label.OPTIONAL;
  const field = { name: "accent", jsonName: "accent", number: accent, type, label };
  request?.field.push(create(FieldDescriptorProtoSchema, field));
  return toBinary(FileDescriptorSetSchema, set);
}

/** What one law finds in a feed. */
async function find(
  law: string,
  fault: FeedFault,
  streaming?: SubjectSettings["streaming"],
): Promise<LawResult | undefined> {
  const feed = await startFeed(nc, tell, fault);
  const subjects = new Map(streaming === undefined ? [] : [["feed.tell.v1", { streaming }]]);
  const settings = { ...noSettings, subjects };
  const report = await runContracts(nc, [tell], { seed: 5, laws: [law], settings });
  await feed.stop();
  return report.modules[0]?.bindings[0]?.laws[0];
}

/** Goes on until it is cancelled, with a frame each moment. */
const endless: FeedFault = {
  *tell(_, correct) {
    const [first] = correct;
    const control = first?.headers["Charter-Control"] ?? "";
    for (let seq = 0; ; seq++) {
      const more: Record<string, string> = seq === 0 ? { "Charter-Control": control } : {};
      yield { ...first, headers: { "Charter-Seq": String(seq), ...more }, afterMs: 15 };
    }
  },
};

const refusing = (isRefused: (number: number) => boolean): FeedFault => ({
  tell: ({ unknown }, correct) => (unknown.some(isRefused) ? [errorFrame(400)] : correct),
});

const isEnd = ({ headers }: Sent) => "Charter-Eos" in headers;
const isLong = ({ tokens }: Told) => tokens > 10;

const droppingOne: FeedFault = {
  tell: (told, correct) =>
    told.tokens > 7 ? [...correct].filter((_, index) => index !== 6) : correct,
};

/** A fault, the law that finds it, what the report says, and how many tokens the smallest case has. */
const faults: readonly (readonly [string, string, FeedFault, RegExp, number])[] = [
  ["drops a frame after seven", "T1", droppingOne, /expected frame 6, and frame 7 came/, 8],
  [
    "fails on last year's requests, for a field that is gone",
    "R8",
    refusing((number) => number === accent),
    /a request that is valid in 0\.9\.0 was not answered/,
    1,
  ],
  [
    "fails on a field that it does not know",
    "R9",
    refusing((number) => number !== accent),
    /a valid request with an unknown field was not answered/,
    1,
  ],
  [
    "sends a frame twice",
    "T1",
    {
      tell: (_told, correct) => [...correct].flatMap((each) => (isEnd(each) ? each : [each, each])),
    },
    /frame 0 came twice/,
    1,
  ],
  [
    "never ends a long stream",
    "T2",
    {
      tell: (told, correct) =>
        isLong(told) ? [...correct].filter((each) => !isEnd(each)) : correct,
    },
    /nothing came for \d+ ms after \d+ frames, and no end/,
    11,
  ],
  [
    "ends a stream twice",
    "T2",
    {
      tell: (_told, correct) => [...correct].flatMap((each) => (isEnd(each) ? [each, each] : each)),
    },
    /another end came after the end/,
    1,
  ],
  [
    "counts a frame too many",
    "T2",
    {
      tell: ({ tokens }, correct) =>
        [...correct].map((each) =>
          isEnd(each) ? { headers: { "Charter-Eos": String(tokens + 1) } } : each,
        ),
    },
    /the end counts 2 frames, and 1 came/,
    1,
  ],
  [
    "names a subject of others to cancel on",
    "T4",
    { control: "feed.cancel.v1" },
    /the first frame must say in Charter-Control where to cancel/,
    1,
  ],
  [
    "sends an error without its payload in the middle",
    "T3",
    {
      tell: (told, correct) =>
        isLong(told)
          ? [...[...correct].slice(0, 2), { headers: errorFrame(429).headers }]
          : correct,
    },
    /an error after 2 frames must be as the contract has errors/,
    11,
  ],
  [
    "fails in the middle of a long stream",
    "R2",
    {
      tell: (told, correct) =>
        isLong(told) ? [...[...correct].slice(0, 2), errorFrame(400)] : correct,
    },
    /not answered as the contract says: 400 invalid_argument/,
    11,
  ],
  [
    "sends a frame that breaks its rules after the tenth",
    "R2",
    {
      tell: (_told, correct) =>
        [...correct].map((each, i) => (i === 10 ? { ...each, payload: new Uint8Array() } : each)),
    },
    /not answered as the contract says: garbled/,
    11,
  ],
];

describe("the laws of streams", () => {
  it.each(faults)("find a feed that %s", async (_name, law, fault, summary, maxTokens) => {
    expect(await find(law, fault)).toMatchObject({
      law,
      verdict: "fail",
      failure: {
        summary: expect.stringMatching(summary),
        message: { topic: expect.stringMatching(/^[a-z0-9-]$/), maxTokens },
        place: { file: "feed/v1/feed.proto", line: 16 },
      },
    });
  });

  it("find the same case with the same seed", async () => {
    const [first, second] = [await find("T1", droppingOne), await find("T1", droppingOne)];
    expect(second?.failure).toMatchObject({
      message: first?.failure?.message,
      replay: first?.failure?.replay,
      nearest: { maxTokens: 7 },
    });
  });

  it.each<[string, string, FeedFault, SubjectSettings["streaming"], RegExp]>([
    [
      "a first frame that is late by a contract file",
      "T6",
      {
        tell: (_told, correct) =>
          [...correct].map((each, i) => (i === 0 ? { ...each, afterMs: 60 } : each)),
      },
      { firstFrameMs: 50 },
      /the first frame must come within 50 ms/,
    ],
    [
      "frames that are slow by a contract file",
      "T6",
      {
        tell: (_told, correct) =>
          [...correct].map((each, i) => (i % 4 === 1 ? { ...each, afterMs: 3 } : each)),
      },
      { gapP99Ms: 1 },
      /99 of 100 frames must come within 1 ms of the one before/,
    ],
    [
      "more frames after a cancel than a contract file allows",
      "T4",
      { ignoresCancel: true },
      { framesAfterCancel: 4 },
      /at most 4 frames may follow a cancel; 5 did/,
    ],
  ])("find %s", async (_name, law, fault, streaming, summary) => {
    expect(await find(law, fault, streaming)).toMatchObject({
      verdict: "fail",
      failure: { summary: expect.stringMatching(summary) },
    });
  });

  it("are open where streams are too short to be judged", async () => {
    const short: FeedFault = {
      tell: (_told, correct) => {
        const [first] = correct;
        return first === undefined ? [] : [first, { headers: { "Charter-Eos": "1" } }];
      },
    };
    expect(await find("T1", short)).toMatchObject({
      verdict: "inconclusive",
      reason: "only 0 streams with at least two frames were seen, and 10 are needed",
    });
    expect(await find("T4", short)).toMatchObject({
      verdict: "skipped",
      reason: expect.stringMatching(/^no stream had more than 33 frames/),
    });
  });
});

it("streams without an end are waited for by one law, and are cancelled however few frames they have", async () => {
  const laws = ["R2", "T2", "T4"];
  const found = async (fault: FeedFault) => {
    const own = await startNatsServer();
    const connection = await connect({ servers: own.url });
    const feed = await startFeed(connection, tell, fault);
    const report = await runContracts(connection, [tell], { seed: 5, laws });
    await feed.stop();
    await connection.close();
    await own.stop();
    return report.modules[0]?.bindings[0]?.laws;
  };
  const [kept, broken] = await Promise.all([
    found(endless),
    found({ ...endless, ignoresCancel: true }),
  ]);
  const evidence = { cancelled: 3, tooShort: 0 };
  expect(kept).toMatchObject([
    { law: "R2", verdict: "pass" },
    {
      law: "T2",
      verdict: "skipped",
      samples: 0,
      reason: expect.stringContaining("ended by itself"),
    },
    { law: "T4", verdict: "pass", evidence },
  ]);
  expect(broken?.[2]).toMatchObject({ law: "T4", verdict: "fail" });
}, 60_000);
