import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import type { EventContract, RequestContract, StreamingContract } from "../contract/contract.ts";
import { filterOf, subjectOf } from "../contract/subject-pattern.ts";
import type { ParameterFilter, ParametersOf } from "./subscriber.ts";

/**
 * What to subscribe to for an event, for access rules or another NATS client; an absent parameter is
 * a wildcard. Throws `invalid_argument` for a value that is no token.
 */
export function eventFilter<C extends EventContract>(
  contract: C,
  parameters: ParameterFilter<ParametersOf<C>>,
): string {
  return filterOf(contract.subject, parameters);
}

/** The subject of an event. Throws `invalid_argument` when a parameter fits no token. */
export function eventSubject<Desc extends DescMessage>(
  contract: EventContract<Desc>,
  event: MessageInitShape<Desc>,
): string {
  return subjectOf(contract.subject, create(contract.schema, event));
}

/** The subject of a request. Throws `invalid_argument` when a parameter fits no token. */
export function requestSubject<I extends DescMessage, O extends DescMessage>(
  method: RequestContract<I, O> | StreamingContract<I, O>,
  request: MessageInitShape<I>,
): string {
  return subjectOf(method.subject, create(method.input, request));
}
