import type { Rule } from "../core/gate/rule.ts";
import type { Policy, PolicyVersion } from "../core/policy/policy.ts";
import type { JsonCall } from "./json-call.ts";
import {
  type PolicyHistory,
  PolicyHistorySchema,
  type PolicyReview,
  PolicyReviewSchema,
  type PolicySet,
  PolicySetSchema,
  type PolicyToSet,
  PolicyVersionSchema,
} from "./schemas/policy.ts";
import { RuleSchema } from "./schemas/rule.ts";

/** What judges: the rules of the gate, and the policy that says which of them refuse. */
export function policyCalls(json: JsonCall) {
  return {
    rule: (id: string): Promise<Rule> =>
      json(RuleSchema, "GET", `/v1/rules/${encodeURIComponent(id)}`),
    /** @param version the newest without it; 0 is the built-in one */
    policy: (version?: number): Promise<PolicyVersion> =>
      json(
        PolicyVersionSchema,
        "GET",
        version === undefined ? "/v1/policy" : `/v1/policy?version=${version}`,
      ),
    /** Newest first. */
    policyHistory: (): Promise<PolicyHistory> =>
      json(PolicyHistorySchema, "GET", "/v1/policy/history"),
    /** Looks at a policy as if it were to be set. */
    reviewPolicy: (policy: Policy): Promise<PolicyReview> =>
      json(PolicyReviewSchema, "POST", "/v1/policy/checks", { policy }),
    /** Sets the policy that judges from now on. What is registered stays as it is. */
    setPolicy: (next: PolicyToSet): Promise<PolicySet> =>
      json(PolicySetSchema, "PUT", "/v1/policy", next),
  };
}
