import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from "@nats-io/jetstream";
import { filtersMeet } from "../../core/subject/filters-meet.ts";
import type { DesiredStream } from "./desired.ts";
import {
  actionOf,
  changesBetween,
  type PlannedStream,
  showLimit,
  showSwitch,
  showText,
  type Wording,
} from "./planned.ts";

export interface StreamOptions {
  /** How many servers keep each stream; as it is, or one, without it. */
  readonly replicas?: number | undefined;
  /** Whether a stream may keep less than it does. */
  readonly allowShorten?: boolean | undefined;
}

const second = 1_000_000_000;
/** How long a stream remembers the ids of its events: as long as any publisher tries again. */
const duplicateWindowNs = 120 * second;

const wordings: readonly Wording<StreamConfig>[] = [
  {
    key: "subjects",
    setting: "subjects",
    show: (value) => [value].flat().join(", "),
    always: true,
  },
  { key: "max_age", setting: "maximum age", show: showLimit("s", second), always: true },
  { key: "max_bytes", setting: "maximum size", show: showLimit("bytes", 1), always: true },
  { key: "max_msgs", setting: "maximum events", show: showLimit("events", 1) },
  {
    key: "max_msgs_per_subject",
    setting: "maximum events of a subject",
    show: showLimit("events", 1),
  },
  { key: "max_msg_size", setting: "maximum size of an event", show: showLimit("bytes", 1) },
  { key: "duplicate_window", setting: "duplicate window", show: showLimit("s", second) },
  { key: "discard", setting: "discards", show: showText },
  { key: "allow_direct", setting: "direct reads", show: showSwitch },
  { key: "no_ack", setting: "silence on publication", show: showSwitch },
  { key: "num_replicas", setting: "replicas", show: showText, always: true },
];

/**
 * What is to be done about a stream. Nothing is ever taken away: subjects that no contract has stay,
 * and so does what a stream keeps beyond its contract, unless that is allowed.
 *
 * @param current the stream on the server, or null
 * @param others the other streams there
 */
export function planStream(
  desired: DesiredStream,
  current: StreamConfig | null,
  others: readonly StreamConfig[],
  options: StreamOptions,
): PlannedStream {
  const config = wantedConfig(desired, current, options);
  const changes = changesBetween(wordings, current, config);
  const conflicts = [...conflictsOf(desired, current), ...overlapsOf(desired, others)];
  return {
    name: desired.name,
    action: actionOf(current !== null, changes, conflicts),
    changes,
    conflicts,
    notes: current === null ? [] : notesOf(desired, current, options),
    config,
  };
}

function wantedConfig(
  desired: DesiredStream,
  current: StreamConfig | null,
  { replicas, allowShorten = false }: StreamOptions,
): PlannedStream["config"] {
  const keep = allowShorten ? null : current;
  const maxAgeNs = longer(keep?.max_age, desired.maxAgeS * second);
  const window = Math.max(current?.duplicate_window ?? 0, duplicateWindowNs);
  return {
    name: desired.name,
    subjects: [...new Set([...(current?.subjects ?? []), ...desired.subjects])].sort(),
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: maxAgeNs,
    max_bytes: longer(keep?.max_bytes, desired.maxBytes) || -1,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    max_msg_size: -1,
    // The server takes none that is longer than the age.
    duplicate_window: maxAgeNs === 0 ? window : Math.min(window, maxAgeNs),
    allow_direct: true,
    no_ack: false,
    num_replicas: replicas ?? current?.num_replicas ?? 1,
  };
}

/** The wider of two limits; zero and less stand for none, which is the widest. */
function longer(current: number | undefined, desired: number): number {
  if (current === undefined) return desired;
  return current <= 0 || desired <= 0 ? 0 : Math.max(current, desired);
}

function conflictsOf({ name }: DesiredStream, current: StreamConfig | null): readonly string[] {
  if (current === null) return [];
  const fixed: string[] = [];
  const conflict = (what: string) =>
    fixed.push(
      `${what}, which nats-server cannot change. Delete the stream yourself when nobody needs what it keeps (\`nats stream rm ${name}\`), and apply again.`,
    );
  if (current.retention !== "limits") conflict(`its retention is ${current.retention}, not limits`);
  if (current.storage !== "file") conflict(`its storage is ${current.storage}, not file`);
  if (current.mirror !== undefined) conflict(`it is a mirror of ${current.mirror.name}`);
  if (current.sealed === true) conflict("it is sealed");
  return fixed;
}

function overlapsOf(
  { subjects }: DesiredStream,
  others: readonly StreamConfig[],
): readonly string[] {
  return subjects.flatMap((subject) =>
    others.flatMap(({ name, subjects: taken = [] }) =>
      taken
        .filter((other) => filtersMeet(subject, other))
        .map(
          (other) =>
            `the stream ${name} takes ${other}, so no other can take ${subject}. Take the subject from ${name} yourself, and apply again.`,
        ),
    ),
  );
}

function notesOf(
  desired: DesiredStream,
  current: StreamConfig,
  { allowShorten = false }: StreamOptions,
): readonly string[] {
  const notes: string[] = [];
  const extra = current.subjects.filter((subject) => !desired.subjects.includes(subject));
  if (extra.length > 0) notes.push(`also keeps ${extra.join(", ")}, which no contract has`);
  if (allowShorten) return notes;
  const age = desired.maxAgeS * second;
  if (age > 0 && longer(current.max_age, age) !== age) {
    const kept = showLimit("s", second)(current.max_age);
    notes.push(`keeps events for ${kept}, the contract ${desired.maxAgeS} s; see --allow-shorten`);
  }
  if (desired.maxBytes > 0 && longer(current.max_bytes, desired.maxBytes) !== desired.maxBytes) {
    const kept = showLimit("bytes", 1)(current.max_bytes);
    notes.push(`may keep ${kept}, the contract ${desired.maxBytes} bytes; see --allow-shorten`);
  }
  return notes;
}
