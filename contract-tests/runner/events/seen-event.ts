import type { MsgHdrs } from "@nats-io/nats-core";

/** An event as a stream keeps it, or as it was heard. */
export interface SeenEvent {
  readonly subject: string;
  /** Its place in the stream, or null for one that was heard. */
  readonly sequence: number | null;
  readonly payload: Uint8Array;
  readonly headers: MsgHdrs | undefined;
  /** Why its headers cannot be read, or null. */
  readonly headerFault: string | null;
}
