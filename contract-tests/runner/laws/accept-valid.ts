import {
  attemptWithKnown,
  collectGrants,
  requestsOf,
  shortfallOf,
  typeUnderTest,
} from "./granting.ts";
import type { RpcLaw } from "./law.ts";
import { askForAll, messageFrom } from "./probing.ts";

const asking = {
  summaryOf: (symptom: string) =>
    `a valid request was not answered as the contract says: ${symptom}`,
  send: askForAll,
};

/**
 * A valid request has a reply, or frames, that decode and keep their rules. A refusal such as
 * `not_found` breaks no promise, but is no evidence either: the law passes on what was granted.
 */
export const acceptValid: RpcLaw = {
  id: "R2",
  title: "accepts every valid request",
  minimum: 20,
  on: "rpc",
  effect: "calls",
  async check(bench) {
    const type = typeUnderTest(bench);
    const wanted = bench.samples;
    const grants = await collectGrants(
      bench,
      requestsOf(bench, type),
      { seed: bench.seed, wanted, fromBytes: (payload) => messageFrom(bench, payload) },
      (message) => attemptWithKnown(bench, type, message, asking),
    );
    const samples = grants.granted;
    const evidence = { accepted: samples, refused: grants.refused };
    const what = "valid requests";
    const shortfall = shortfallOf(grants, wanted, { samples, evidence, what });
    return shortfall ?? { verdict: "pass", samples, evidence };
  },
};
