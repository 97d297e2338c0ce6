import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { AttemptOptions } from "../client/attempt.ts";
import type { CallOptions } from "../client/call.ts";
import { boundsOf } from "../client/within-hand.ts";
import type { Connection } from "../connection/connection.ts";
import type { ModuleRelease } from "../contract/contract.ts";
import { decode, decodeUnchecked, encode } from "../payload/codec.ts";
import { clearOpener } from "../payload/packing.ts";
import { requestSender } from "../payload/request-coder.ts";
import { callsOf, type UseRecorder, useRecorder } from "../usage/use-recorder.ts";
import type { AnyStreaming } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";

function recordedWrite(record: UseRecorder): typeof encode {
  return (...args) => {
    const encoded = encode(...args);
    record.sends(encoded.message);
    return encoded;
  };
}

function recordedRead(record: UseRecorder, read: typeof decode): typeof decode {
  return (...args) => record.reads(read(...args));
}

/** A method of a client that gives frames, as the application calls it. */
export type StreamingMethod = (
  request: MessageInitShape<DescMessage>,
  options?: CallOptions,
) => AsyncIterable<MessageShape<DescMessage>>;

const noOptions: CallOptions = {};

export function streamingMethod(
  nc: Connection,
  release: ModuleRelease,
  method: AnyStreaming,
  { keys, validateReplies = false }: AttemptOptions,
): StreamingMethod {
  const record = useRecorder(callsOf(release, method));
  const decodeFrame = validateReplies ? decode : decodeUnchecked;
  const caller = {
    nc,
    release,
    method,
    send: requestSender(method, release.module, keys),
    openClear: clearOpener({ where: method.rpc, policy: method.policy, code: "data_loss" }),
    write: record === null ? encode : recordedWrite(record),
    read: record === null ? decodeFrame : recordedRead(record, decodeFrame),
  };
  return (request, callOptions = noOptions) => {
    const { deadlineMs, options } = boundsOf(method, callOptions);
    return new FrameReader(caller, request, { ...options, deadlineMs });
  };
}
