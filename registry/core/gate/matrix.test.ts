import { beforeAll, describe, expect, it } from "vitest";
import { readBindings } from "../binding/read-bindings.ts";
import { defaultPolicy } from "../policy/policy.ts";
import { strictnessOf } from "../policy/strictness.ts";
import { acceptedChanges } from "../testing/accepted-changes.ts";
import { baseFiles, type Files, type MatrixCase } from "../testing/change-matrix.ts";
import { breaking, type CompiledProtos, compileProto } from "../testing/compile-proto.ts";
import { refusedChanges } from "../testing/refused-changes.ts";
import { compareRevisions } from "./compare-revisions.ts";
import { judge, type Surroundings } from "./judge.ts";
import type { BufFinding } from "./locate.ts";

const cases = [...refusedChanges, ...acceptedChanges];

/** Each case has folders, packages and subjects of its own, so that one run of buf judges all. */
const nameOf = (one: MatrixCase) => `case${cases.indexOf(one)}`;
const named = (one: MatrixCase, files: Files): Files =>
  Object.fromEntries(
    Object.entries(files).map((entry) => entry.map((text) => text.replaceAll("acme", nameOf(one)))),
  );

let before: CompiledProtos;
let after: CompiledProtos;
let found: readonly BufFinding[];

beforeAll(async () => {
  const every = (edit: (one: MatrixCase) => Files): Files =>
    Object.assign({}, ...cases.map((one) => named(one, edit(one))));
  [before, after] = await Promise.all([
    compileProto(every(() => baseFiles)),
    compileProto(every((one) => one.edit(baseFiles))),
  ]);
  found = await breaking(before, after);
  expect(found.filter((finding) => caseOf(finding) === undefined)).toEqual([]);
});

const caseOf = ({ path, message }: BufFinding) => /case\d+/.exec(`${path} ${message}`)?.[0];

/** What the gate shows of a case, put together as the registry does. */
function findingsOf(one: MatrixCase): string[] {
  const name = nameOf(one);
  const pathsOf = (side: CompiledProtos) =>
    side.paths.filter((path) => path.startsWith(`${name}/`));
  const bindingsOf = (side: CompiledProtos) => readBindings(side.registry, pathsOf(side)).bindings;
  const revisionOf = (side: CompiledProtos) => ({
    files: side.files.filter((file) => file.path.startsWith(`${name}/`)),
    registry: side.registry,
    bindings: bindingsOf(side),
  });
  const changes = compareRevisions(
    found.filter((finding) => caseOf(finding) === name),
    revisionOf(before),
    revisionOf(after),
  );
  const imported = new Set(one.imported?.map((path) => path.replace("acme", name)));
  const around: Surroundings = {
    isImported: (file) => imported.has(file),
    blocks: strictnessOf(defaultPolicy, "acme/shop"),
    packageOf: () => null,
    subjectsOf: () => [],
    dependents: [],
  };
  return judge([{ semver: "1.0.0", changes, knownAtHead: new Set() }], around).map(
    ({ blocking, tier, rule, element }) =>
      `${blocking ? "blocks" : "shows"} ${tier} ${rule} ${element.replace(name, "acme")}`,
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
