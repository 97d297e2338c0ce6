import type { BindingRecord } from "../../api/schemas/subject.ts";
import { nearestPatterns } from "../../core/subject/nearest.ts";
import { parsePattern, type SubjectPattern, wildcardOf } from "../../core/subject/pattern.ts";
import { CommandFailure } from "../command-failure.ts";
import type { ConsumerSetting } from "../settings-files.ts";

/** A stream as contracts ask for it. Zero stands for no limit. */
export interface DesiredStream {
  readonly name: string;
  /** As NATS writes them, in order. */
  readonly subjects: readonly string[];
  readonly maxAgeS: number;
  readonly maxBytes: number;
}

/** A durable consumer as charter.yaml asks for it. */
export interface DesiredConsumer {
  readonly name: string;
  readonly stream: string;
  readonly filter: string;
  readonly ackWaitMs: number;
  readonly maxAckPending: number;
}

/** Long enough to come back from holidays. */
const deadLettersS = 14 * 24 * 60 * 60;

/**
 * The streams that registered events ask for, with those of their dead letters. A stream that several
 * modules share has the subjects of all.
 *
 * @param modules only streams that these have an event in; all without any
 */
export function desiredStreams(
  bindings: readonly BindingRecord[],
  modules: readonly string[],
): readonly DesiredStream[] {
  const streams = new Map<string, DesiredStream>();
  const wanted = streamsOf(bindings, modules);
  for (const { stream, pattern, deadLetterSubject } of bindings) {
    if (stream === null || !wanted.has(stream.name)) continue;
    const { name, maxAgeS, maxBytes } = stream;
    add(streams, { name, maxAgeS, maxBytes: Number(maxBytes) }, wildcardOf(parsed(pattern)));
    if (deadLetterSubject === null) continue;
    const letters = { name: `${name}_DEAD_LETTERS`, maxAgeS: deadLettersS, maxBytes: 0 };
    add(streams, letters, deadLetterSubject);
  }
  return [...streams.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function streamsOf(
  bindings: readonly BindingRecord[],
  modules: readonly string[],
): ReadonlySet<string> {
  const chosen = bindings.filter(({ module }) => modules.length === 0 || modules.includes(module));
  return new Set(chosen.flatMap(({ stream }) => (stream === null ? [] : [stream.name])));
}

function add(
  streams: Map<string, DesiredStream>,
  policy: Omit<DesiredStream, "subjects">,
  subject: string,
): void {
  const { name, maxAgeS, maxBytes } = policy;
  const known = streams.get(name);
  if (known !== undefined && (known.maxAgeS !== maxAgeS || known.maxBytes !== maxBytes)) {
    throw new CommandFailure(
      "findings",
      `The stream ${name} would have to keep events for ${known.maxAgeS} s and ${known.maxBytes} bytes, and for ${maxAgeS} s and ${maxBytes} bytes. A stream has one retention; a name that ends in _DEAD_LETTERS is Charter's own.`,
    );
  }
  streams.set(name, { ...policy, subjects: [...(known?.subjects ?? []), subject].sort() });
}

/** The consumers of charter.yaml, as far as they read one of these streams. */
export function desiredConsumers(
  settings: readonly ConsumerSetting[],
  bindings: readonly BindingRecord[],
  streams: readonly DesiredStream[],
): readonly DesiredConsumer[] {
  const names = new Set(streams.map(({ name }) => name));
  const all = settings.map((setting) => desiredConsumer(setting, bindings));
  const keys = all.map(({ stream, name }) => `${name} of the stream ${stream}`);
  const twice = keys.find((key, index) => keys.indexOf(key) < index);
  if (twice !== undefined) {
    throw new CommandFailure("usage", `charter.yaml has the consumer ${twice} twice.`);
  }
  return all.filter(({ stream }) => names.has(stream));
}

function desiredConsumer(
  { name, event, parameters = {}, ackWaitMs = 30_000, maxAckPending = 1000 }: ConsumerSetting,
  bindings: readonly BindingRecord[],
): DesiredConsumer {
  const where = `The consumer ${name} in charter.yaml`;
  const binding = bindings.find(({ pattern }) => pattern === event);
  if (binding === undefined) {
    const patterns = bindings.map(({ pattern }) => pattern);
    const near = nearestPatterns(event, patterns).join(", ");
    throw new CommandFailure(
      "usage",
      `${where} names the event "${event}", which is not registered. Near it: ${near || "nothing"}.`,
    );
  }
  if (binding.stream === null) {
    throw new CommandFailure(
      "usage",
      `${where} reads ${event}, which no stream keeps: its contract has no \`stream\`. Subscribe to it instead.`,
    );
  }
  const filter = filterOf(parsed(event), parameters, where);
  return { name, stream: binding.stream.name, filter, ackWaitMs, maxAckPending };
}

function filterOf(
  pattern: SubjectPattern,
  values: Readonly<Record<string, string | number>>,
  where: string,
): string {
  const known = pattern.tokens.flatMap((each) => (each.kind === "parameter" ? [each.field] : []));
  const unknown = Object.keys(values).find((field) => !known.includes(field));
  if (unknown !== undefined) {
    throw new CommandFailure(
      "usage",
      `${where} has a value for {${unknown}}; the parameters of ${pattern.text} are ${known.map((field) => `{${field}}`).join(", ") || "none"}.`,
    );
  }
  return pattern.tokens
    .map((token) => (token.kind === "literal" ? token.text : (values[token.field] ?? "*")))
    .join(".");
}

function parsed(text: string): SubjectPattern {
  const result = parsePattern(text);
  if (result.ok) return result.pattern;
  throw new Error(`the registry has the pattern "${text}", which is none: ${result.reason}`);
}
