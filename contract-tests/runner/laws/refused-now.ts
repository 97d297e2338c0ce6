import type { DescMessage } from "@bufbuild/protobuf";
import { ruleTargets } from "../../../registry/core/samples/breaking/targets.ts";
import { classify } from "../../../registry/core/samples/oracle.ts";
import type { FailureDetail } from "../report.ts";
import type { RpcBench } from "./law.ts";

/**
 * The failure of a message that was valid in an older release: where the contract itself no longer takes
 * it, its rule is named.
 *
 * @param current the message's type as the contract has it now
 * @param whom who sends it: `callers`
 */
export function blamingRule(
  { generator, contract }: Pick<RpcBench, "generator" | "contract">,
  current: DescMessage,
  payload: Uint8Array,
  { failure, whom }: { readonly failure: FailureDetail; readonly whom: string },
): FailureDetail {
  const now = classify(generator.schema, current, payload);
  const [first] = now.kind === "invalid" ? now.broken : [];
  if (first === undefined) return failure;
  const field = pathOf(first.field);
  const target = [...ruleTargets(generator, current)].find(
    (each) => each.accepts(first.ruleId) && pathOf(each.path) === field,
  );
  const rule = target === undefined ? null : { ...target.place, id: target.rule, field };
  return {
    ...failure,
    summary: `${failure.summary}; ${contract.semver} refuses it by ${first.ruleId} at ${first.field || "the message"}, so it breaks its ${whom} without a new major`,
    rule,
    place: rule ?? failure.place,
  };
}

/** Without the indices of lists and the keys of maps. */
function pathOf(path: string): string {
  return path.replace(/\[[^\]]*\]/g, "");
}
