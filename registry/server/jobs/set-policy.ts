import { subjectsOf } from "../../core/binding/binding.ts";
import { RegistryFailure } from "../../core/failure.ts";
import { canonicalPolicy, isSamePolicy } from "../../core/policy/canonical.ts";
import { type HeadSubject, headsOutside, type OutsideHead } from "../../core/policy/outside.ts";
import type { Policy, PolicyVersion } from "../../core/policy/policy.ts";
import { policyProblems } from "../../core/policy/problems.ts";
import { policyWarnings } from "../../core/policy/warnings.ts";
import type { Clock, Store } from "../ports.ts";

/** What a policy would bring to what is registered. */
export interface PolicyReview {
  readonly warnings: readonly string[];
  readonly outside: readonly OutsideHead[];
}

/**
 * Looks at a policy as if it were to be set.
 *
 * @throws RegistryFailure that names every place at which it cannot be
 */
export function reviewPolicy(store: Store, policy: Policy): PolicyReview {
  const problems = policyProblems(policy);
  if (problems.length > 0) {
    throw new RegistryFailure("INVALID_REQUEST", `The policy cannot be set: ${problems[0]}.`, {
      places: problems.map((message) => ({ message })),
    });
  }
  const modules = store.heads().map((head) => head.module);
  return {
    warnings: policyWarnings(policy, modules),
    outside: headsOutside(policy, subjectsOfHeads(store)),
  };
}

/**
 * Sets the policy that judges from now on. What is registered stays as it is. Setting again what
 * holds already adds no version, so that a call whose answer was lost can be repeated.
 *
 * @throws RegistryFailure when the policy cannot be set, or another was set meanwhile
 */
export function setPolicy(
  ports: { readonly store: Store; readonly clock: Clock },
  next: { readonly policy: Policy; readonly reason: string; readonly expectedVersion: number },
): PolicyVersion & PolicyReview {
  const { store } = ports;
  const review = reviewPolicy(store, next.policy);
  const current = store.policy();
  if (isSamePolicy(current.policy, next.policy)) return { ...current, ...review };
  const policy = canonicalPolicy(next.policy);
  if (store.setPolicy({ ...next, policy, setAt: ports.clock.now() }) === "policy moved") {
    const { version, reason } = store.policy();
    throw new RegistryFailure(
      "POLICY_MOVED",
      `The policy is at version ${version} ("${reason}"), and the sender expects ${next.expectedVersion}. Look at the newest with \`charter policy show\`, take its changes in, and set again.`,
    );
  }
  return { ...store.policy(), ...review };
}

function subjectsOfHeads(store: Store): readonly HeadSubject[] {
  const packages = new Map<string, readonly string[]>();
  return store.headBindings().flatMap(({ module, release, binding }) => {
    const own = packages.get(module) ?? store.protoPackages(module);
    packages.set(module, own);
    const element = binding.kind === "event" ? binding.messageType : binding.rpc;
    const { semver } = release;
    const protoPackage = packageOf(element, own);
    return subjectsOf(binding).map(({ pattern }) => ({ module, semver, protoPackage, pattern }));
  });
}

/** The longest that a full name begins with: no package is called like a message of another. */
function packageOf(element: string, packages: readonly string[]): string {
  const around = packages.filter((each) => element.startsWith(`${each}.`));
  return around.reduce((longest, each) => (each.length > longest.length ? each : longest), "");
}
