import { basesOf, breakRule } from "../../../registry/core/samples/breaking/negatives.ts";
import { type RuleTarget, ruleTargets } from "../../../registry/core/samples/breaking/targets.ts";
import { judge } from "../../../registry/core/samples/oracle.ts";
import { Unsatisfiable } from "../../../registry/core/samples/values/unsatisfiable.ts";
import { findBroken, findingFrom, type PropertyResult } from "../property.ts";
import type { FailureDetail } from "../report.ts";
import { tokensOf } from "../subjects.ts";
import type { Finding, RpcBench, RpcLaw } from "./law.ts";
import { ask, brokenBy, jsonOf, probeOf } from "./probing.ts";

/** Every rule of the request, broken once, gives `invalid_argument` with its payload. */
export const rejectInvalid: RpcLaw = {
  id: "R3",
  title: "rejects a request that breaks a rule",
  minimum: 1,
  on: "rpc",
  effect: "calls",
  async check(bench) {
    const tried: string[] = [];
    const unbreakable: string[] = [];
    const untried: string[] = [];
    const evidence = () => ({ rulesBroken: tried.length, unbreakable, untried });
    for (const [i, target] of [...ruleTargets(bench.generator, bench.input)].entries()) {
      const name = nameOf(target);
      const result = await rejection(bench, target, bench.seed + i);
      const at = { samples: tried.length, evidence: evidence() };
      if (result.kind === "rejected") {
        tried.push(name);
        bench.coverage.ruleBroken(name);
      } else if (result.kind === "unbreakable") unbreakable.push(name);
      else if (result.kind === "untried") untried.push(`${name}: ${result.reason}`);
      else return findingFrom(result, at.samples, at.evidence);
    }
    return conclusion(tried.length, untried, evidence());
  },
};

/** A rule at its place, as coverage counts it. */
export function nameOf(target: RuleTarget): string {
  return `${target.path} ${target.rule}`.trim();
}

function conclusion(
  samples: number,
  untried: readonly string[],
  evidence: Finding["evidence"],
): Finding {
  if (untried.length === 0 && samples === 0) {
    const reason = "the request has no rule that can be broken";
    return { verdict: "skipped", samples, evidence, reason };
  }
  if (untried.length === 0) return { verdict: "pass", samples, evidence };
  return {
    verdict: "inconclusive",
    samples,
    evidence,
    reason: `${untried.length} rules were not tried: ${untried.slice(0, 3).join("; ")}`,
  };
}

type Rejection =
  | { readonly kind: "rejected" }
  | { readonly kind: "unbreakable" }
  | { readonly kind: "untried"; readonly reason: string }
  | Extract<PropertyResult, { kind: "broken" | "flaky" | "schema-bug" }>;

async function rejection(bench: RpcBench, target: RuleTarget, seed: number): Promise<Rejection> {
  const { generator, input } = bench;
  let isUnbreakable = false;
  let why = "no generated change breaks it";
  try {
    const bases = basesOf(generator, input, target, tokensOf(bench.binding));
    const options = { seed, cases: 1, calls: bench.calls };
    const result = await findBroken(bases, options, async (valid) => {
      const judged = judge(generator.schema, input, valid);
      if (judged.kind === "rule-error") return { kind: "schema-bug", reason: judged.reason };
      if (judged.kind !== "valid" || isUnbreakable)
        return { kind: isUnbreakable ? "kept" : "void" };
      const breaking = breakRule(generator, input, target, valid);
      if (breaking.kind === "unbreakable") {
        isUnbreakable = true;
        return { kind: "kept" };
      }
      if (breaking.kind === "unbroken") return { kind: "void" };
      const probe = probeOf(bench, breaking.negative.message, valid);
      if (probe === null) {
        why = `a message that breaks it is larger than the ${bench.maxPayload} bytes that can be sent`;
        return { kind: "void" };
      }
      const answer = await ask(bench, probe);
      if (answer.kind === "error" && answer.code === "invalid_argument") {
        return { kind: "kept", shown: () => jsonOf(bench, probe.message) };
      }
      const summary = `a request that breaks ${target.rule} at ${target.path || "the message"} must have error 400 invalid_argument`;
      return brokenBy(bench, probe, summary, answer, ruleOf(target));
    });
    if (isUnbreakable) return { kind: "unbreakable" };
    if (result.kind === "kept") return { kind: "rejected" };
    if (result.kind !== "undecided") return result;
    return { kind: "untried", reason: bench.calls.isSpent ? result.reason : why };
  } catch (error) {
    if (error instanceof Unsatisfiable) return { kind: "untried", reason: error.message };
    throw error;
  }
}

function ruleOf(target: RuleTarget): FailureDetail["rule"] {
  return { ...target.place, id: target.rule, field: target.path };
}
