import { type Message, toBinary } from "@bufbuild/protobuf";
import { ruleTargets } from "../../../registry/core/samples/breaking/targets.ts";
import { classify } from "../../../registry/core/samples/oracle.ts";
import { Unsatisfiable } from "../../../registry/core/samples/values/unsatisfiable.ts";
import type { Answer } from "../calls/answers.ts";
import { releasesOfType, type TypeAsReleased } from "../releases.ts";
import {
  type Attempt,
  attemptWithKnown,
  collectGrants,
  type Grants,
  noGrants,
  requestsOf,
  shortfallOf,
} from "./granting.ts";
import type { Finding, RpcBench, RpcLaw } from "./law.ts";
import { messageFrom } from "./probing.ts";

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
    if (forms.length === 0) return skipped(older.length, same, absent);
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

function skipped(older: number, same: readonly string[], absent: readonly string[]): Finding {
  const evidence = { same, absent };
  const reason =
    older === 0
      ? "there is no older release of this major"
      : same.length === 0
        ? `no older release has the request (${absent.join(", ")})`
        : `the request is the same in ${same.join(", ")}`;
  return { verdict: "skipped", samples: 0, evidence, reason };
}

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
        return outcome.kind === "broken" ? blamed(bench, form, outcome, message) : outcome;
      },
    );
  } catch (error) {
    if (!(error instanceof Unsatisfiable)) throw error;
    return noGrants(error);
  }
}

/** Where the contract itself no longer takes the message, its rule is named. */
function blamed(
  bench: RpcBench,
  form: TypeAsReleased,
  broken: Extract<Attempt, { kind: "broken" }>,
  message: Message,
): Extract<Attempt, { kind: "broken" }> {
  const { schema } = bench.generator;
  const now = classify(schema, bench.input, toBinary(form.desc, message));
  const [first] = now.kind === "invalid" ? now.broken : [];
  if (first === undefined) return broken;
  const { semver } = bench.contract;
  const field = first.field.replace(/\[[^\]]*\]/g, "");
  const target = [...ruleTargets(bench.generator, bench.input)].find(
    (each) => each.accepts(first.ruleId) && each.path.replace(/\[[^\]]*\]/g, "") === field,
  );
  const rule = target === undefined ? null : { ...target.place, id: target.rule, field };
  return {
    ...broken,
    failure: {
      ...broken.failure,
      summary: `${broken.failure.summary}; ${semver} refuses it by ${first.ruleId} at ${first.field || "the message"}, so it breaks its callers without a new major`,
      rule,
      place: rule ?? broken.failure.place,
    },
  };
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
