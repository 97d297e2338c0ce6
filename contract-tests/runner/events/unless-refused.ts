import { JetStreamApiError, JetStreamError } from "@nats-io/jetstream";
import {
  type NatsConnection,
  NoRespondersError,
  PermissionViolationError,
  RequestError,
  TimeoutError,
} from "@nats-io/nats-core";
import { type Finding, nothing } from "../laws/law.ts";
import { NotRead, NotStored, refusal } from "./keeping-stream.ts";

const refusals = [
  JetStreamApiError,
  JetStreamError,
  NoRespondersError,
  NotRead,
  NotStored,
  PermissionViolationError,
  RequestError,
  TimeoutError,
];

/** What JetStream does not do for the run is no verdict on the contract. */
export async function unlessRefused(
  nc: NatsConnection,
  check: () => Promise<Finding>,
): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    if (nc.isClosed() || !refusals.some((each) => error instanceof each)) throw error;
    return nothing("inconclusive", refusal(error));
  }
}
