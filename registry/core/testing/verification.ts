import type { Deployment } from "../deployment/deployment.ts";
import type { KeptUse } from "../usage/usage.ts";
import type { ContractOf } from "../verification/contract-of.ts";
import type { DeployQuestion } from "../verification/deploy-check.ts";
import type { MissingIn } from "../verification/use-in-release.ts";
import { gravestOf } from "../verification/verdict.ts";
import type { Verification } from "../verification/verification.ts";

/** What acme/shop binds, by release: 1.1 adds a subject, 1.2 and 2.0 change one. */
const shop: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "1.0.0": { "acme.shop.buy.v1": "b1", "acme.shop.sold.v1.{id}": "s1" },
  "1.1.0": { "acme.shop.buy.v1": "b1", "acme.shop.give.v1": "g1", "acme.shop.sold.v1.{id}": "s1" },
  "1.1.1": { "acme.shop.buy.v1": "b1", "acme.shop.give.v1": "g1", "acme.shop.sold.v1.{id}": "s1" },
  "1.2.0": { "acme.shop.buy.v1": "b2", "acme.shop.give.v1": "g1", "acme.shop.sold.v1.{id}": "s1" },
  "2.0.0": { "acme.shop.buy.v1": "b2", "acme.shop.give.v1": "g1", "acme.shop.sold.v1.{id}": "s1" },
};

export const digestOfShop = (semver: string) => `sha256:shop-${semver}`;

export const contractOf: ContractOf = (module, semver) => {
  const bound = module === "acme/shop" ? shop[semver] : undefined;
  if (bound === undefined) return null;
  return {
    digest: digestOfShop(semver),
    subjects: Object.entries(bound).map(([pattern, digest]) => ({
      pattern,
      digest,
      kind: pattern.includes("sold") ? "event" : "request",
      protoPackage: "acme.shop.v1",
    })),
  };
};

/** The change: `note` takes the place of `total`. All others have an `id` alone. */
export const missingIn: MissingIn = ({ subject, reads }, semver) => {
  const digest = shop[semver]?.[subject];
  if (shop[semver] === undefined) return null;
  const isGone = { was: null, is: null } as const;
  if (digest === undefined) {
    return [{ subject, element: subject, numbers: null, does: "uses", what: subject, ...isGone }];
  }
  const fields = ["id", ...(digest === "b1" ? ["total"] : digest === "b2" ? ["note"] : [])];
  return reads.fields
    .filter(({ path }) => !fields.includes(path))
    .map(({ path, numbers }) => {
      const element = `${reads.message}.${path}`;
      const what = `${path} of ${reads.message}`;
      return { subject, element, numbers, does: "reads", what, ...isGone };
    });
};

/** What the tests of web's build 3 showed: it buys with stubs of the shop's 1.0.0. */
export function keptUse(paths: readonly string[], change: Partial<KeptUse> = {}): KeptUse {
  const fields = paths.map((path, i) => ({ path, numbers: [i + 1], type: "string" }));
  return {
    participant: "web",
    build: "3",
    module: "acme/shop",
    semver: "1.0.0",
    subject: "acme.shop.buy.v1",
    kind: "request",
    reads: { message: "Receipt", fields },
    sends: null,
    recordedAt: "2026-11-20T00:00:00.000Z",
    ...change,
  };
}

/** A run of the shop's build 7 that passed in staging. */
export function row(change: Partial<Verification> = {}): Verification {
  const laws = change.laws ?? [{ law: "R2", verdict: "pass", samples: 20 }];
  const semver = change.semver ?? "1.1.0";
  return {
    participant: "shop",
    build: "7",
    environment: "staging",
    module: "acme/shop",
    semver,
    digest: digestOfShop(semver),
    subject: "acme.shop.buy.v1",
    kind: "request",
    evidence: "real",
    verdict: gravestOf(laws.map((law) => law.verdict)),
    laws,
    untried: [],
    seed: 42,
    runId: "run1",
    testedAt: "2026-11-20T00:00:00.000Z",
    runner: "charter 0.1.0",
    lawSet: "sha256:laws",
    ...change,
  };
}

/** The caller `web` of the shop's 1.0.0, recorded in prod. */
export function deployment(change: Partial<Deployment> = {}): Deployment {
  return {
    environment: "prod",
    participant: "web",
    build: "3",
    role: "calls",
    module: "acme/shop",
    protoPackage: "acme.shop.v1",
    subject: null,
    semver: "1.0.0",
    digest: null,
    source: "recorded",
    evidence: "real",
    instances: 1,
    firstSeen: "2026-11-01T00:00:00.000Z",
    lastSeen: "2026-11-01T00:00:00.000Z",
    missedSince: null,
    ...change,
  };
}

/** May build 7 of the shop go to prod? */
export function question(
  deployments: readonly Deployment[],
  verifications: readonly Verification[],
  change: Partial<DeployQuestion> = {},
): DeployQuestion {
  return {
    build: { participant: "shop", build: "7" },
    environment: "prod",
    deployments,
    verifications,
    contractOf,
    usages: [],
    missingIn,
    uses: [],
    moduleByName: null,
    isSeen: true,
    countsFrom: "2026-10-01T00:00:00.000Z",
    maxAgeDays: 90,
    ...change,
  };
}
