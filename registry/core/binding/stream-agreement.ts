import type { FailurePlace } from "../failure.ts";
import type { Binding, EventBinding } from "./binding.ts";

/** A binding and the module that declares it. */
export interface OwnedBinding {
  readonly module: string;
  readonly binding: Binding;
}

/**
 * Where bindings that share a JetStream stream say different things of it: a stream has one
 * retention, so whoever provisions it could not keep both promises.
 *
 * @param added what a proposal declares; a disagreement among `existing` alone is not its fault
 */
export function streamDisagreements(
  added: readonly OwnedBinding[],
  existing: readonly OwnedBinding[],
): readonly FailurePlace[] {
  const known = new Map<string, { owner: string; event: EventBinding }>();
  for (const each of existing) remember(known, each);
  return added.flatMap((each) => {
    const { binding, module } = each;
    if (binding.kind !== "event" || binding.stream === null) return [];
    const other = known.get(binding.stream.name);
    if (other === undefined) remember(known, each);
    const policy = other?.event.stream;
    if (other === undefined || policy === undefined || policy === null) return [];
    if (policy.maxAgeS === binding.stream.maxAgeS && policy.maxBytes === binding.stream.maxBytes) {
      return [];
    }
    const { file, line } = other.event.place;
    const message = `${binding.messageType}: the stream ${policy.name} has max_age_s ${binding.stream.maxAgeS} and max_bytes ${binding.stream.maxBytes} here, and ${policy.maxAgeS} and ${policy.maxBytes} in ${other.owner} (${file}:${line}); say the same in both`;
    return [{ module, message, ...binding.place }];
  });
}

function remember(
  known: Map<string, { owner: string; event: EventBinding }>,
  { module, binding }: OwnedBinding,
): void {
  if (binding.kind !== "event" || binding.stream === null) return;
  if (!known.has(binding.stream.name)) {
    known.set(binding.stream.name, { owner: module, event: binding });
  }
}
