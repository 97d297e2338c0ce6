import type { Message } from "@bufbuild/protobuf";
import { headers as createHeaders } from "@nats-io/nats-core";
import type { EventBench } from "../laws/law.ts";
import { type KeepingStream, NotStored } from "./keeping-stream.ts";

/** An event that is about to be published, marked as a probe. */
export interface ProbeEvent {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** Null for bytes that are no message. */
  readonly message: Message | null;
  /** The release that is said to have written it; the one under test without it. */
  readonly semver?: string;
}

/** What the stream says of it. */
export interface Stored {
  readonly sequence: number;
  readonly isDuplicate: boolean;
}

/** Publishes into a stream, and takes back what it has published. */
export interface ProbePublisher {
  /** @param id the idempotency key; one of its own without it */
  publish(event: ProbeEvent, id?: string): Promise<Stored>;
  /** Deletes one of them from the stream, so that nobody finds poison there. */
  remove(sequence: number): Promise<void>;
  /** Deletes all of them that are left. */
  clean(): Promise<void>;
}

const publishMs = 5000;

export function probePublisher(bench: EventBench, stream: KeepingStream): ProbePublisher {
  const sequences = new Set<number>();
  let count = 0;
  const remove = async (sequence: number) => {
    sequences.delete(sequence);
    // It may be gone, or the stream may allow no deletion; both are nobody's fault.
    await stream.jsm.streams.deleteMessage(stream.name, sequence, false).catch(() => {});
  };
  return {
    remove,
    async publish({ subject, payload, semver }, id = idOf(bench, count++)) {
      const headers = createHeaders();
      headers.set("Charter-Probe", bench.runId);
      const { contract } = bench;
      headers.set("Charter-Schema", `${contract.module}@${semver ?? contract.semver}`);
      headers.set("Nats-Msg-Id", id);
      const options = { headers, timeout: publishMs };
      bench.calls.trace.sent(subject, payload, headers);
      const reply = await bench.calls.spend(1, () => bench.nc.request(subject, payload, options));
      const stored = acknowledgement(reply.data, stream);
      sequences.add(stored.sequence);
      return stored;
    },
    async clean() {
      await Promise.all([...sequences].map(remove));
    },
  };
}

/** A run publishes no id twice but on purpose, and two runs never the same. */
export function idOf({ runId, binding, seed }: EventBench, count: number): string {
  return `${runId}.${binding.messageType}.${seed}.${count}`;
}

function acknowledgement(data: Uint8Array, stream: KeepingStream): Stored {
  const said = JSON.parse(new TextDecoder().decode(data.slice(0, 4096))) as {
    readonly seq?: number;
    readonly duplicate?: boolean;
    readonly error?: { readonly description?: string };
  };
  if (said.error !== undefined || typeof said.seq !== "number") {
    throw new NotStored(
      `${stream.name} does not take an event: ${said.error?.description?.slice(0, 200) ?? "its answer has no sequence"}`,
    );
  }
  return { sequence: said.seq, isDuplicate: said.duplicate === true };
}
