import { fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { judge } from "../../../registry/core/samples/oracle.ts";
import { symptomOf } from "../calls/answers.ts";
import { releasesOfType, type TypeAsReleased } from "../releases.ts";
import { enumSearches } from "./enum-searches.ts";
import {
  type Attempt,
  attemptWithKnown,
  collectGrants,
  requestsOf,
  typeUnderTest,
} from "./granting.ts";
import type { RpcBench, RpcLaw } from "./law.ts";
import { ask, messageFrom, probeOf } from "./probing.ts";
import { type Search, trySearches, unlessUnsatisfiable } from "./searches.ts";
import { addedFields, withFields } from "./unknown-parts.ts";

/** What a newer release adds is no reason to fail: callers and services are of two releases in a rollout. */
export const tolerateNewer: RpcLaw = {
  id: "R9",
  title: "tolerates what newer releases add",
  minimum: 10,
  on: "rpc",
  effect: "calls",
  async check(bench) {
    const newer = bench.contract.others.filter((each) => each.age === "newer");
    const { forms, same } = releasesOfType(newer, bench.input, bench.generator.now);
    for (const semver of same) bench.coverage.version(semver);
    const searches = [
      unknownFields(bench),
      ...enumSearches(bench, bench.input, (changed, plain, what) =>
        compared(bench, changed, plain, what),
      ),
      ...forms.map((form) => newerRelease(bench, form)),
    ];
    const finding = await trySearches(bench, searches, "granted");
    if (finding.verdict !== "pass") return finding;
    for (const { semvers } of forms) for (const each of semvers) bench.coverage.version(each);
    return finding;
  },
};

function unknownFields(bench: RpcBench): Search {
  const wanted = Math.max(10, bench.samples);
  const messages = requestsOf(bench, typeUnderTest(bench));
  const cases = fc
    .tuple(messages, addedFields)
    .map(([message, added]) => withFields(bench.input, message, added));
  const fromBytes = (payload: Uint8Array) => messageFrom(bench, payload);
  return {
    name: "unknown fields",
    wanted,
    isNeeded: true,
    run: (seed) =>
      collectGrants(bench, cases, { seed, wanted, fromBytes }, (message) =>
        compared(bench, message, withoutUnknown(bench, message), "an unknown field"),
      ),
  };
}

function newerRelease(bench: RpcBench, form: TypeAsReleased): Search {
  const release = form.semvers.join(", ");
  const wanted = Math.max(10, bench.samples);
  return {
    name: release,
    wanted,
    isNeeded: true,
    run: (seed) =>
      unlessUnsatisfiable(() =>
        collectGrants(bench, requestsOf(bench, form), { seed, wanted }, (message) =>
          newerMessage(bench, form, message),
        ),
      ),
  };
}

async function newerMessage(
  bench: RpcBench,
  form: TypeAsReleased,
  message: Message,
): Promise<Attempt> {
  const [semver = ""] = form.semvers;
  const { input, generator } = bench;
  const outcome = await attemptWithKnown(bench, form, message, {
    summaryOf: (symptom) =>
      `a request that is valid in the newer ${semver} was not answered as the contract says: ${symptom}`,
  });
  if (outcome.kind !== "broken") return outcome;
  const known = withoutUnknown({ input }, fromBinary(input, toBinary(form.desc, message)));
  const isAllowed = judge(generator.schema, input, known).kind === "valid";
  // A newer caller that uses what the rules here forbid may be told so.
  if (!isAllowed && outcome.symptom === "400 invalid_argument") {
    return { kind: "kept", refusal: "refused by a rule here" };
  }
  return isAllowed ? unlessPlainFails(bench, outcome, known) : outcome;
}

/** A message with something unknown in it is answered like the one without. */
async function compared(
  bench: RpcBench,
  extended: Message,
  plain: Message,
  what: string,
): Promise<Attempt> {
  const outcome = await attemptWithKnown(bench, typeUnderTest(bench), extended, {
    summaryOf: (symptom) =>
      `a valid request with ${what} was not answered as the contract says: ${symptom}`,
  });
  return outcome.kind === "broken" ? unlessPlainFails(bench, outcome, plain) : outcome;
}

/** What fails without anything unknown, too, is the finding of another law. */
async function unlessPlainFails(
  bench: RpcBench,
  broken: Extract<Attempt, { kind: "broken" }>,
  plain: Message,
): Promise<Attempt> {
  const probe = probeOf(bench, plain);
  if (probe === null) return broken;
  const answer = await ask(bench, probe);
  if (symptomOf(answer) !== broken.symptom) return broken;
  return { kind: "kept", refusal: `${broken.symptom}, as without it` };
}

function withoutUnknown({ input }: Pick<RpcBench, "input">, message: Message): Message {
  return fromBinary(input, toBinary(input, message), { readUnknownFields: false });
}
