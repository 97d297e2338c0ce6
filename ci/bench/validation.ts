import { create, type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { matchesPattern } from "../../codegen/runtime/src/rules/pattern-match.ts";
import { violationsOf } from "../../codegen/runtime/src/rules/validation.ts";
import {
  PlanRequestSchema,
  PlanResponseSchema,
} from "../../contract-tests/node_modules/@bodybroker/npc/dist/esm/v1/index.js";
import type { BenchRow } from "./bench-row.ts";
import { median } from "./load-result.ts";
import type { Pace } from "./measure.ts";
import { planRequest, planResponse } from "./stubs/sample.ts";

/** What it costs to see that a message is valid, by the compiled rules and by protovalidate. */
export async function benchValidation(pace: Pace): Promise<BenchRow[]> {
  return [
    rowOf("a request", PlanRequestSchema, create(PlanRequestSchema, planRequest()), pace),
    rowOf("a reply", PlanResponseSchema, create(PlanResponseSchema, planResponse()), pace),
  ];
}

function rowOf(
  name: string,
  desc: DescMessage,
  sample: Message,
  { rounds, seconds }: Pace,
): BenchRow {
  const bytes = toBinary(desc, sample);
  // As a service has them: each decoded anew, though not within what is measured.
  const messages = Array.from({ length: 256 }, () => fromBinary(desc, bytes));
  const judge = createValidator({ regexMatch: matchesPattern });
  const contestants = [
    (message: Message) => violationsOf(desc, message),
    (message: Message) => judge.validate(desc, message),
  ];
  const taken: number[][] = [[], []];
  // The first round of each does not count: so long it takes until all code is compiled.
  for (let i = -1; i < rounds; i++) {
    for (const [place, run] of contestants.entries()) {
      const each = microsecondsOf(run, messages, seconds / 2);
      if (i >= 0) taken[place]?.push(each);
    }
  }
  const [compiled = Number.NaN, protovalidate = Number.NaN] = taken.map(median);
  return {
    name: `validation of ${name} of ${bytes.length} bytes: rate against protovalidate`,
    value: protovalidate / compiled,
    unit: "×",
    bar: { atLeast: 5 },
    details: [
      { who: "Charter", "CPU each": `${compiled.toFixed(2)} µs` },
      { who: "bare", "CPU each": `${protovalidate.toFixed(2)} µs` },
    ],
  };
}

/** CPU time for each message, in microseconds: it moves less than a rate when others work too. */
function microsecondsOf(
  run: (message: Message) => unknown,
  messages: readonly Message[],
  seconds: number,
): number {
  const until = performance.now() + seconds * 1000;
  const before = process.cpuUsage();
  let count = 0;
  while (performance.now() < until) {
    for (const message of messages) run(message);
    count += messages.length;
  }
  return process.cpuUsage(before).user / count;
}
