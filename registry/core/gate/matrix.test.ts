import { beforeAll, describe, expect, it } from "vitest";
import { defaultPolicy } from "../policy/policy.ts";
import { strictnessOf } from "../policy/strictness.ts";
import { acceptedChanges } from "../testing/accepted-changes.ts";
import type { MatrixCase } from "../testing/change-matrix.ts";
import { asWritten, type CompiledCase, compileCases } from "../testing/compile-cases.ts";
import { refusedChanges } from "../testing/refused-changes.ts";
import { compareRevisions } from "./compare-revisions.ts";
import { judge, type Surroundings } from "./judge.ts";
import type { BufFinding } from "./locate.ts";

/** No other module carries the types, and the clock stands still. */
const alone = { carriers: () => [], nowMs: Date.UTC(2026, 0, 1) };

const cases = [...refusedChanges, ...acceptedChanges];

interface Compared extends CompiledCase {
  readonly found: readonly BufFinding[];
}

let compared: ReadonlyMap<MatrixCase, Compared>;

beforeAll(async () => {
  const compiled = await compileCases(cases);
  const found = await compiled.breaking();
  const withFindings = compiled.cases.map((each, at) => ({ ...each, found: found[at] ?? [] }));
  compared = new Map(
    cases.flatMap((one, at) => withFindings.slice(at, at + 1).map((each) => [one, each])),
  );
});

function comparedCase(one: MatrixCase): Compared {
  const found = compared.get(one);
  if (found === undefined) throw new Error(`${one.what} was not compiled`);
  return found;
}

/** What the gate shows of a case, put together as the registry does. */
function findingsOf(one: MatrixCase): string[] {
  const { name, old, now, found } = comparedCase(one);
  const imported = new Set(one.imported?.map((path) => path.replace("acme", name)));
  const around: Surroundings = {
    isImported: (file) => imported.has(file),
    blocks: strictnessOf(defaultPolicy, "acme/shop"),
    packageOf: () => null,
    subjectsOf: () => [],
    usersOf: () => null,
    dependents: [],
  };
  const changes = compareRevisions(found, old, now, alone);
  return judge([{ semver: "1.0.0", changes, knownAtHead: new Set() }], around).map(
    ({ blocking, tier, rule, element }) =>
      asWritten(`${blocking ? "blocks" : "shows"} ${tier} ${rule} ${element}`),
  );
}

describe("the gate refuses", () => {
  it.each(refusedChanges)("$what", (one) => {
    expect(findingsOf(one)).toEqual(one.findings);
    expect(one.findings.join("\n")).toMatch(/^blocks /m);
  });
});

describe("the gate accepts", () => {
  it.each(acceptedChanges)("$what", (one) => {
    expect(findingsOf(one)).toEqual(one.findings);
    expect(one.findings.join("\n")).not.toMatch(/^blocks /m);
  });
});
