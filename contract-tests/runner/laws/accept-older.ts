import { toBinary } from "@bufbuild/protobuf";
import { classify } from "../../../registry/core/samples/oracle.ts";
import { Unsatisfiable } from "../../../registry/core/samples/values/unsatisfiable.ts";
import type { Answer } from "../calls/answers.ts";
import { releasesOfType, type TypeAsReleased, whyNothingOlder } from "../releases.ts";
import {
  attemptWithKnown,
  collectGrants,
  type Grants,
  noGrants,
  requestsOf,
  shortfallOf,
} from "./granting.ts";
import type { RpcBench, RpcLaw } from "./law.ts";
import { messageFrom } from "./probing.ts";
import { blamingRule } from "./refused-now.ts";

/** Of each form of the request. */
const fewest = 10;
/** Seeds that one form of the type may use. */
const seedsPerForm = 100;

/**
 * What was valid under an older release of the major is accepted, for its callers are still there.
 * Releases whose request is the same are one: their messages are the second law's.
 */
export const acceptOlder: RpcLaw = {
  id: "R8",
  title: "accepts what older releases sent",
  minimum: fewest,
  on: "rpc",
  effect: "calls",
  async check(bench) {
    const older = bench.contract.others.filter((each) => each.age === "older");
    const { forms, same, absent } = releasesOfType(older, bench.input, bench.generator.now);
    for (const semver of same) bench.coverage.version(semver);
    if (forms.length === 0) {
      const reason = whyNothingOlder("request", { same, absent }, bench.contract.leftOut);
      return { verdict: "skipped", samples: 0, evidence: { same, absent }, reason };
    }
    const tried: string[] = [];
    const readers: string[] = [];
    let samples = 0;
    const found = () => ({
      samples,
      evidence: { tried, same, absent, olderReaders: readers },
    });
    const wanted = Math.max(fewest, Math.ceil(bench.samples / forms.length));
    for (const [i, form] of forms.entries()) {
      const reader = createReader(bench, form);
      const grants = await tryForm(bench, form, bench.seed + i * seedsPerForm, wanted, reader);
      samples += grants.granted;
      tried.push(`${form.semvers.join(", ")}: ${grants.granted} granted`, ...grants.refused);
      readers.push(`${form.semvers.join(", ")}: ${reader.summary()}`);
      for (const semver of form.semvers) bench.coverage.version(semver);
      const what = `requests that are valid in ${form.semvers.join(", ")}`;
      const shortfall = shortfallOf(grants, wanted, { ...found(), what });
      // The one case of a replay may be of a later form.
      const goesOn = bench.calls.replay !== null && grants.end === null;
      if (shortfall !== null && !goesOn) return shortfall;
    }
    return { verdict: "pass", ...found() };
  },
};

async function tryForm(
  bench: RpcBench,
  form: TypeAsReleased,
  seed: number,
  wanted: number,
  reader: Reader,
): Promise<Grants> {
  const [semver = ""] = form.semvers.slice(-1);
  const summaryOf = (symptom: string) =>
    `a request that is valid in ${semver} was not answered as the contract says: ${symptom}`;
  const fromBytes = (payload: Uint8Array) => messageFrom({ ...bench, input: form.desc }, payload);
  try {
    return await collectGrants(
      bench,
      requestsOf(bench, form),
      { seed, wanted, fromBytes },
      async (message) => {
        const outcome = await attemptWithKnown(bench, form, message, { summaryOf });
        if (outcome.kind === "kept" && outcome.refusal === null) reader.read(outcome.answer);
        if (outcome.kind !== "broken") return outcome;
        const blamed = { failure: outcome.failure, whom: "callers" };
        const payload = toBinary(form.desc, message);
        return { ...outcome, failure: blamingRule(bench, bench.input, payload, blamed) };
      },
    );
  } catch (error) {
    if (!(error instanceof Unsatisfiable)) throw error;
    return noGrants(error);
  }
}

/** Reads replies as callers of the older release do. */
interface Reader {
  read(answer: Answer): void;
  summary(): string;
}

function createReader(bench: RpcBench, { generator }: TypeAsReleased): Reader {
  const desc = generator.schema.registry.getMessage(bench.output.typeName);
  let replies = 0;
  let valid = 0;
  return {
    read(answer) {
      if (answer.kind !== "message" || desc === undefined) return;
      replies++;
      const payload = toBinary(bench.output, answer.message);
      if (classify(generator.schema, desc, payload).kind === "valid") valid++;
    },
    summary: () =>
      desc === undefined ? "has no such reply" : `${valid} of ${replies} replies keep its rules`,
  };
}
