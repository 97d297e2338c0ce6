import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Connection, RequestSettings } from "../connection/connection.ts";
import { checkExtraHeaders, createHeaders, headerNames } from "../connection/headers.ts";
import { fromNatsFailure } from "../connection/nats-failure.ts";
import { type MethodContract, type ModuleRelease, schemaStamp } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { readErrorReply } from "../errors/error-reply.ts";
import { decode, decodeUnchecked } from "../payload/codec.ts";
import { clearOpener } from "../payload/packing.ts";
import type { PayloadKeys } from "../payload/payload-keys.ts";
import { requestSender } from "../payload/request-coder.ts";
import type { AnyRequest, Call, Invoke } from "./call.ts";

export interface AttemptOptions {
  /** For rpcs whose contract demands encryption. */
  readonly keys?: PayloadKeys | undefined;
  /** Whether a reply that breaks its rules is `data_loss`. The service is trusted without it. */
  readonly validateReplies?: boolean | undefined;
}

/** Sends a request once, and waits for its reply until the deadline. */
export function attempt(
  nc: Connection,
  release: ModuleRelease,
  method: AnyRequest,
  { keys, validateReplies = false }: AttemptOptions,
): Invoke {
  const read = validateReplies ? decode : decodeUnchecked;
  const send = requestSender(method, release.module, keys);
  const openClear = clearOpener({ where: method.rpc, policy: method.policy, code: "data_loss" });
  return async (call) => {
    const settings = requestSettings(release, method, call);
    const { signal, onReplyHeaders } = call.options;
    if (signal?.aborted === true) throw canceled(method, signal);
    try {
      const sent = send?.({ payload: call.payload, headers: settings.headers });
      if (sent?.headers !== undefined) settings.headers = sent.headers;
      const pending = nc.request(call.subject, sent?.payload ?? call.payload, settings);
      const reply = await (signal === undefined ? pending : untilAborted(pending, method, signal));
      const payload = (sent?.openReply ?? openClear)(reply);
      const failure = readErrorReply(reply, payload);
      if (failure !== null) throw failure;
      if (onReplyHeaders !== undefined && reply.headers !== undefined) {
        onReplyHeaders(reply.headers);
      }
      return read(method.output, payload, "data_loss") as MessageShape<DescMessage>;
    } catch (error) {
      throw error instanceof CharterError ? error : fromNatsFailure(error, method.rpc);
    }
  };
}

/** How a request is sent. Throws `deadline_exceeded` or `invalid_argument` for what cannot be. */
export function requestSettings(
  release: ModuleRelease,
  method: MethodContract,
  { deadlineMs, options }: Pick<Call, "deadlineMs" | "options">,
): RequestSettings {
  const timeout = Math.ceil(deadlineMs);
  if (!(timeout > 0)) {
    throw new CharterError("deadline_exceeded", `${method.rpc}: no time is left for the call`);
  }
  const differs = timeout !== method.deadlineMs;
  if (!differs && options.headers === undefined && options.onReplyHeaders === undefined) {
    return { timeout };
  }
  checkExtraHeaders(options.headers ?? {});
  const headers = createHeaders(options.headers ?? {});
  if (differs) headers.set(headerNames.deadline, String(timeout));
  if (options.onReplyHeaders !== undefined) headers.set(headerNames.schema, schemaStamp(release));
  return { timeout, headers };
}

function untilAborted<T>(pending: Promise<T>, method: AnyRequest, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(canceled(method, signal));
    signal.addEventListener("abort", abort, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

export function canceled(method: MethodContract, signal: AbortSignal): CharterError {
  return new CharterError("canceled", `${method.rpc}: the caller gave up`, {
    cause: signal.reason,
  });
}
