import type { Idempotency } from "../../registry/core/binding/binding.ts";

/**
 * What an environment is for, and so what a run may do there. `production`: look, and call what has no
 * side effects. `staging`: call what is idempotent, too. `ephemeral`: everything; it is thrown away.
 */
export const environmentClasses = ["production", "staging", "ephemeral"] as const;
export type EnvironmentClass = (typeof environmentClasses)[number];

/** What a law does to the environment: it looks, it calls rpcs, or it publishes events. */
export type Effect = "observes" | "calls" | "publishes";

/** Why a law may not be tried, or null when it may. */
export function reasonNotTo(
  effect: Effect,
  idempotency: Idempotency,
  environmentClass: EnvironmentClass,
): string | null {
  if (effect === "observes" || environmentClass === "ephemeral") return null;
  if (effect === "publishes") {
    return `events are published only into an ephemeral environment, and this one is ${environmentClass}`;
  }
  if (idempotency === "no_side_effects") return null;
  if (environmentClass === "staging") {
    return idempotency === "idempotent"
      ? null
      : "the rpc declares no idempotency_level, so a staging environment is not called; declare it, or run against an ephemeral one";
  }
  return "only rpcs with idempotency_level = NO_SIDE_EFFECTS are called in production";
}

/** Requests a second that a run sends at most, by what the environment is for. */
export const requestsPerSecond: Readonly<Record<EnvironmentClass, number>> = {
  // One caller more among many.
  production: 20,
  staging: 200,
  // What a small service answers without queueing for longer than its deadline.
  ephemeral: 5000,
};
