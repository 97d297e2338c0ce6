import { describe, expect, it } from "vitest";
import type { BindingResult, ModuleResult, RunReport } from "../runner/report.ts";
import { type Attribution, attribute, ConflictingBuilds } from "./attribute.ts";

/** A report in which each subject, as `<module>/<pattern>`, was answered by some builds. */
function report(answers: Readonly<Record<string, readonly string[] | null>>): RunReport {
  const modules = new Map<string, BindingResult[]>();
  for (const [name, builds] of Object.entries(answers)) {
    const [module = "", pattern = ""] = name.split("/");
    const binding = { pattern, evidence: builds === null ? null : "real", builds: builds ?? [] };
    modules.set(module, [...(modules.get(module) ?? []), binding as unknown as BindingResult]);
  }
  const release = { semver: "1.0.0", digest: "sha256:1" };
  const all = [...modules].map(
    ([module, bindings]): ModuleResult => ({ module, bindings, ...release }),
  );
  return { modules: all } as unknown as RunReport;
}

function told({ subjects, leftOut }: Attribution): readonly string[] {
  return [
    ...subjects.map((each) => `${each.binding.pattern} ${each.participant}@${each.build}`),
    ...leftOut.map((each) => `- ${each.subject} ${each.reason}`),
  ];
}

const nobody = { participant: null, build: null };

describe("attribute", () => {
  it.each([
    [
      "what answered",
      { "m/a": ["npc@1.0.0"], "m/b": ["npc@1.0.0"] },
      nobody,
      ["a npc@1.0.0", "b npc@1.0.0"],
    ],
    [
      "each its own",
      { "m/a": ["npc@1.0.0"], "n/b": ["pay@2.0.0"] },
      nobody,
      ["a npc@1.0.0", "b pay@2.0.0"],
    ],
    ["nothing where nothing is live", { "m/a": null }, nobody, []],
    [
      "only the named one of several",
      { "m/a": ["npc@1.0.0"], "n/b": ["pay@2.0.0"] },
      { participant: "pay", build: null },
      ["b pay@2.0.0"],
    ],
    [
      "the only one under another name",
      { "m/a": ["bodybroker-npc@1.0.0"] },
      { participant: "npc", build: null },
      ["a npc@1.0.0"],
    ],
    [
      "a commit for the version that answered",
      { "m/a": ["npc@1.0.0"], "m/b": ["npc@1.0.0"] },
      { participant: null, build: "7f3c2a1" },
      ["a npc@7f3c2a1", "b npc@7f3c2a1"],
    ],
    [
      "an event to the only participant of its module",
      { "m/a": ["npc@1.0.0"], "m/planned": [], "n/b": ["pay@2.0.0"] },
      nobody,
      ["a npc@1.0.0", "b pay@2.0.0", "planned npc@1.0.0"],
    ],
    [
      "what tells nothing to whom both flags name",
      { "m/planned": [] },
      { participant: "npc", build: "7" },
      ["planned npc@7"],
    ],
  ])("gives %s", (_, answers, named, expected) => {
    expect(told(attribute(report(answers), named))).toEqual(expected);
  });

  it.each([
    ["what tells nothing", { "m/a": [] }, nobody, "nobody tells which build"],
    [
      "an event of two participants",
      { "m/a": ["x@1.0.0"], "m/b": ["y@1.0.0"], "m/e": [] },
      nobody,
      "nobody tells",
    ],
    [
      "a service without a version",
      { "m/a": ["npc@?"] },
      nobody,
      "no version; name it with --build",
    ],
    ["a name that is none", { "m/a": ["a b\u001b@1.0.0"] }, nobody, "no name that the registry"],
    [
      "an event of another than the named one",
      { "m/a": ["npc@1.0.0"], "n/b": ["pay@1.0.0"], "n/e": [] },
      { participant: "npc", build: null },
      "nobody tells which build",
    ],
  ])("leaves out %s, with the reason", (_, answers, named, reason) => {
    const { leftOut } = attribute(report(answers), named);
    expect(leftOut).toHaveLength(1);
    expect(leftOut[0]?.reason).toContain(reason);
  });

  it.each([
    [
      "two builds on one subject",
      { "m/a": ["npc@1.0.0", "npc@1.1.0"] },
      nobody,
      "evidence for neither",
    ],
    [
      "two services on one subject",
      { "m/a": ["npc@1.0.0", "x@1.0.0"] },
      nobody,
      "evidence for neither",
    ],
    [
      "another version than the named one",
      { "m/a": ["npc@1.0.0"] },
      { participant: null, build: "1.1.0" },
      "1.0.0 answered",
    ],
    [
      "one commit for two versions",
      { "m/a": ["npc@1.0.0"], "n/b": ["pay@2.0.0"] },
      { participant: null, build: "7f3c2a1" },
      "cannot stand for 1.0.0 and 2.0.0",
    ],
    [
      "a name that none of several has",
      { "m/a": ["npc@1.0.0"], "n/b": ["pay@2.0.0"] },
      { participant: "web", build: null },
      "web did not answer, and npc and pay did",
    ],
  ])("refuses %s, and says what to do", (_, answers, named, message) => {
    expect(() => attribute(report(answers), named)).toThrow(ConflictingBuilds);
    expect(() => attribute(report(answers), named)).toThrow(message);
  });
});
