import * as zlib from "node:zlib";
import { type Message, toJson } from "@bufbuild/protobuf";
import type { MsgHdrs } from "@nats-io/nats-core";
import { classify } from "../../../registry/core/samples/oracle.ts";
import { holdsSensitive } from "../calls/answers.ts";
import type { EventBench } from "../laws/law.ts";
import type { FailureDetail } from "../report.ts";
import { subjectOf } from "../subjects.ts";
import { isValidForAuthor } from "./author-release.ts";
import type { SeenEvent } from "./seen-event.ts";

/** What an event says of its contract. */
export type EventJudgement =
  | { readonly kind: "valid"; readonly message: Message }
  | { readonly kind: "rule-error"; readonly reason: string }
  /** It may be right, and cannot be read here. */
  | { readonly kind: "unreadable"; readonly reason: string }
  | {
      readonly kind: "broken";
      /** Ids of the rules that it breaks, or what else is wrong: `undecodable`, `subject`, `header`. */
      readonly rules: readonly string[];
      readonly reason: string;
      readonly message: Message | null;
    };

/** What nobody needs to hold in memory at once: as the runtime. */
const maxDecompressed = 16 * 1024 * 1024;

/** Holds an event against its contract: its payload, its subject and its headers. */
export function judgeEvent(bench: EventBench, event: SeenEvent, isKept: boolean): EventJudgement {
  if (isCompressed(event) && !nodeHasZstd) {
    return { kind: "unreadable", reason: "its payload is zstd, which Node reads since 22.15" };
  }
  const payload = payloadOf(event);
  if (payload === null) return broken(["undecodable"], "its zstd payload cannot be decompressed");
  const { schema } = bench.generator;
  const said = classify(schema, bench.message, payload);
  if (said.kind === "undecodable") {
    return broken(["undecodable"], `it is no ${bench.message.typeName}: ${said.reason}`);
  }
  if (said.kind === "rule-error") return { kind: "rule-error", reason: said.reason };
  // What was right when it was written is no fault of its publisher.
  if (said.kind === "invalid" && !isValidForAuthor(bench, event.headers, payload)) {
    const rules = [...new Set(said.broken.map((each) => each.ruleId))];
    const fields = said.broken.map((each) => `${each.field || "it"} breaks ${each.ruleId}`);
    return broken(rules, fields.join(", "), said.message);
  }
  const expected = subjectOf(bench.binding, bench.message, said.message);
  if (expected !== event.subject) {
    const reason = `its fields give the subject ${expected ?? "none"}`;
    return broken(["subject"], reason, said.message);
  }
  const header = event.headerFault ?? headerFault(bench, event.headers, isKept);
  return header === null
    ? { kind: "valid", message: said.message }
    : broken(["header"], header, said.message);
}

function broken(
  rules: readonly string[],
  reason: string,
  message: Message | null = null,
): EventJudgement {
  return { kind: "broken", rules, reason, message };
}

const nodeHasZstd = "zstdDecompressSync" in zlib;

function isCompressed({ headers }: SeenEvent): boolean {
  return headers?.get("Charter-Encoding") === "zstd";
}

function payloadOf(event: SeenEvent): Uint8Array | null {
  if (!isCompressed(event)) return event.payload;
  try {
    return zlib.zstdDecompressSync(event.payload, { maxOutputLength: maxDecompressed });
  } catch {
    return null;
  }
}

const stamp = /^([a-z0-9-]+\/[a-z0-9-]+)@\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;

/** WIRE: events say which release wrote them, and have an idempotency key where a stream keeps them. */
function headerFault(
  { contract, binding }: EventBench,
  headers: MsgHdrs | undefined,
  isKept: boolean,
): string | null {
  const written = headers?.get("Charter-Schema") ?? "";
  const module = stamp.exec(written)?.[1];
  if (module === undefined) {
    const found = written === "" ? "none" : JSON.stringify(written.slice(0, 100));
    return `the header Charter-Schema must be <module>@<semver>; there is ${found}`;
  }
  if (module !== contract.module) {
    return `the header Charter-Schema says that a stub of ${module} wrote it; the event is of ${contract.module}`;
  }
  const needsId = isKept && binding.stream !== null;
  return needsId && (headers?.get("Nats-Msg-Id") ?? "") === ""
    ? "the header Nats-Msg-Id is missing, so a publisher that tries again stores it twice"
    : null;
}

/** Bytes of an event that a report shows. */
const shownBytes = 2048;

/** The smallest case of a law of events. Types with sensitive fields are not shown. */
export function eventFailure(
  bench: Pick<EventBench, "binding" | "message" | "generator">,
  event: {
    readonly subject: string;
    readonly payload: Uint8Array;
    readonly message: Message | null;
  },
  summary: string,
  answer: string,
  rule: FailureDetail["rule"] = null,
): FailureDetail {
  const isShown = !holdsSensitive(bench.message);
  return {
    summary,
    subject: event.subject,
    message: isShown && event.message !== null ? jsonOf(bench, event.message) : null,
    hex: isShown ? Buffer.from(event.payload.slice(0, shownBytes)).toString("hex") : "",
    answer,
    nearest: null,
    rule,
    place: rule ?? bench.binding.place,
    replay: null,
    shrinks: 0,
    repeated: null,
    trace: [],
  };
}

/** Null for the rare message without a JSON form, such as one with an unknown Any. */
function jsonOf(
  { message: desc, generator }: Pick<EventBench, "message" | "generator">,
  message: Message,
): unknown {
  try {
    return toJson(desc, message, { registry: generator.schema.registry });
  } catch {
    return null;
  }
}
