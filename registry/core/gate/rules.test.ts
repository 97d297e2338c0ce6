import { describe, expect, it } from "vitest";
import { runBuf } from "../../buf/run-buf.ts";
import { defaultPolicy } from "../policy/policy.ts";
import { strictnessOf } from "../policy/strictness.ts";
import { bufRules } from "./buf-rules.ts";
import { charterRules } from "./charter-rules.ts";
import type { Tier } from "./report.ts";
import { ruleOf, rules, tierOf } from "./rules.ts";

interface BufRule {
  readonly id: string;
  readonly categories: readonly string[];
}

/** The rules of the pinned buf, one JSON document a line. */
async function rulesOfBuf(): Promise<readonly BufRule[]> {
  const args = ["config", "ls-breaking-rules", "--version", "v2", "--format", "json"];
  const { stdout } = await runBuf(import.meta.dirname, args);
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as BufRule);
}

const blocks = strictnessOf(defaultPolicy, "*");

describe("the table of rules", () => {
  it("holds exactly the rules of buf's categories FILE, PACKAGE, WIRE_JSON and WIRE", async () => {
    const used = new Set(["FILE", "PACKAGE", "WIRE_JSON", "WIRE"]);
    const ids = (await rulesOfBuf())
      .filter((rule) => rule.categories.some((category) => used.has(category)))
      .map((rule) => rule.id);
    expect(ids.length).toBeGreaterThan(50);
    expect(bufRules.map((rule) => rule.id).sort()).toEqual(ids.sort());
  });

  it("names each rule once, and says what it means and what to do", () => {
    expect(rules.size).toBe(bufRules.length + charterRules.length);
    for (const rule of rules.values()) {
      expect(rule.id).toMatch(/^[A-Z][A-Z0-9_]+$/);
      expect(rule.summary).toMatch(/^[A-Z].+\.$/);
      expect(rule.remedy).toMatch(/^[A-Z].+[.)]$/);
    }
  });

  it.each<[string, Tier, Tier]>([
    ["FIELD_WIRE_COMPATIBLE_TYPE", "wire", "wire"],
    ["FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED", "wire", "wire"],
    ["RESERVED_MESSAGE_NO_DELETE", "wire", "wire"],
    ["RPC_SAME_REQUEST_TYPE", "wire", "wire"],
    ["FIELD_SAME_ONEOF", "wire", "wire"],
    ["FIELD_SAME_NAME", "json", "json"],
    ["ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED", "json", "json"],
    ["FIELD_WIRE_JSON_COMPATIBLE_TYPE", "json", "json"],
    ["FIELD_NO_DELETE", "source", "source"],
    ["RPC_NO_DELETE", "source", "source"],
    ["PACKAGE_MESSAGE_NO_DELETE", "source", "source"],
    ["PACKAGE_EXTENSION_NO_DELETE", "source", "source"],
    ["FILE_SAME_SYNTAX", "dangerous", "dangerous"],
    ["FILE_SAME_JAVA_PACKAGE", "compatible", "compatible"],
    ["FILE_SAME_GO_PACKAGE", "compatible", "compatible"],
    ["MESSAGE_NO_DELETE", "compatible", "source"],
    ["ENUM_NO_DELETE", "compatible", "source"],
    ["SERVICE_NO_DELETE", "compatible", "source"],
    ["EXTENSION_NO_DELETE", "compatible", "source"],
    ["FILE_NO_DELETE", "compatible", "source"],
    ["BINDING_SUBJECT_SAME", "wire", "wire"],
    ["BINDING_DEADLINE_NO_SHORTEN", "dangerous", "dangerous"],
  ])("gives %s the tier %s, and %s in a file that others import", (id, alone, imported) => {
    expect(tierOf(ruleOf(id), false)).toBe(alone);
    expect(tierOf(ruleOf(id), true)).toBe(imported);
  });

  it("takes every rule that only says what left a file for harmless while nobody imports it", async () => {
    const moves = bufRules.filter((rule) => rule.tierWhenImported !== undefined);
    const packageRules = (await rulesOfBuf()).filter(
      (rule) => rule.categories.join() === "PACKAGE",
    );
    const twins = packageRules.map((rule) => rule.id.replace("PACKAGE_", ""));
    expect(moves.map((rule) => rule.id).sort()).toEqual(
      // A package that is gone has no twin of its own: its files are.
      twins.map((id) => (id === "NO_DELETE" ? "FILE_NO_DELETE" : id)).sort(),
    );
  });
});

describe("the default policy", () => {
  it.each<[string, Tier, boolean]>([
    ["FIELD_SAME_TYPE", "wire", true],
    ["FIELD_SAME_NAME", "json", true],
    ["FIELD_NO_DELETE", "source", true],
    ["FILE_SAME_SYNTAX", "dangerous", false],
    ["FILE_SAME_JAVA_PACKAGE", "compatible", false],
    ["BINDING_DEADLINE_NO_SHORTEN", "dangerous", true],
    ["SENSITIVE_NO_REMOVE", "dangerous", true],
  ])("%s of tier %s blocks: %s", (id, tier, expected) => {
    expect(blocks(ruleOf(id), tier, null)).toBe(expected);
  });

  it("blocks every rule that Charter finds, but additions", () => {
    const open = charterRules.filter((rule) => !blocks(rule, rule.tier, null));
    expect(open.filter((rule) => rule.family !== "addition")).toEqual([]);
  });

  it("takes a rule that it does not know for the worst", () => {
    const unknown = ruleOf("MESSAGE_SAME_COLOUR");
    expect(unknown).toMatchObject({ id: "MESSAGE_SAME_COLOUR", tier: "wire", source: "buf" });
    expect(blocks(unknown, tierOf(unknown, false), null)).toBe(true);
  });
});
