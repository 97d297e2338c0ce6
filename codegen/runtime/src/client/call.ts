import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { MessageHeaders } from "../connection/connection.ts";
import type { ExtraHeaders } from "../connection/headers.ts";
import type { RequestContract } from "../contract/contract.ts";

/** What a caller may say of one call. */
export interface CallOptions {
  /**
   * How long to wait for the reply, or for the first frame, in milliseconds, instead of what the
   * contract says.
   */
  readonly deadlineMs?: number | undefined;
  /** Gives the call up with `canceled`. Only the service of a streaming rpc is told. */
  readonly signal?: AbortSignal | undefined;
  readonly headers?: ExtraHeaders | undefined;
  /**
   * Sees the headers of the reply. Asks the service for `Charter-Schema`, which costs a header
   * each way.
   */
  readonly onReplyHeaders?: ((headers: MessageHeaders) => void) | undefined;
}

/** One call on its way, encoded and with its subject. */
export interface Call {
  readonly message: MessageShape<DescMessage>;
  readonly subject: string;
  readonly payload: Uint8Array;
  /** What is left for it, in milliseconds. */
  readonly deadlineMs: number;
  readonly options: CallOptions;
}

/**
 * Makes calls of one rpc. What stands around an attempt, such as retries, is a function from one
 * `Invoke` to another.
 */
export type Invoke = (call: Call) => Promise<MessageShape<DescMessage>>;

/** A method of a client, as the application calls it. */
export type UnaryMethod = (
  request: MessageInitShape<DescMessage>,
  options?: CallOptions,
) => Promise<MessageShape<DescMessage>>;

/** Every rpc with one reply, whatever its messages are. */
export type AnyRequest = RequestContract<DescMessage, DescMessage>;
