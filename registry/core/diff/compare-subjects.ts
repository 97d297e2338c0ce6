import type { Binding } from "../binding/binding.ts";
import { elementOf } from "../binding/compare-bindings.ts";
import type { FindingPlace } from "../gate/report.ts";
import { type Aspects, compareAspects } from "./aspects.ts";
import type { Difference } from "./difference.ts";
import { pair } from "./pair.ts";

/** What differs in the subjects of a module, breaking or not. */
export function compareSubjects(
  old: readonly Binding[],
  now: readonly Binding[],
): readonly Difference[] {
  const bindings = pair(old, now, [elementOf, (binding) => binding.pattern]);
  return [
    ...bindings.removed.map((binding) => whole("removed", binding)),
    ...bindings.both.flatMap(([before, after]) =>
      compareAspects(() => named("proposal", after), aspectsOf(before), aspectsOf(after)),
    ),
    ...bindings.added.map((binding) => whole("added", binding)),
  ];
}

function named(side: FindingPlace["side"], binding: Binding) {
  const { file, line } = binding.place;
  const place = { side, file, line, column: 1 };
  return { kind: "subject", element: binding.pattern, place } as const;
}

function whole(change: "added" | "removed", binding: Binding): Difference {
  const words = inWords(binding);
  return change === "added"
    ? { change, ...named("proposal", binding), property: null, before: null, after: words }
    : { change, ...named("baseline", binding), property: null, before: words, after: null };
}

/** `request acme.shop.v1.Shop.Buy: acme.shop.v1.Order → acme.shop.v1.Receipt` */
function inWords(binding: Binding): string {
  return binding.kind === "event"
    ? `event ${binding.messageType}`
    : `${binding.kind} ${binding.rpc}: ${binding.messageType} → ${binding.replyType}`;
}

function aspectsOf(binding: Binding): Aspects {
  return new Map<string, string | null>([
    ["subject", binding.pattern],
    ["bound to", elementOf(binding)],
    ["kind", binding.kind],
    ["message type", binding.messageType],
    ["compression", binding.compression],
    ["encryption", binding.encryption],
    ["owner", binding.owner],
    ...(binding.kind === "event" ? eventAspects(binding) : rpcAspects(binding)),
  ]);
}

type Aspect = readonly [property: string, words: string | null];

function rpcAspects(binding: Exclude<Binding, { kind: "event" }>): Aspect[] {
  const common: Aspect[] = [
    ["reply type", binding.replyType],
    ["queue group", binding.queueGroup],
    ["deadline", `${binding.deadlineMs} ms`],
    ["idempotency", binding.idempotency],
  ];
  if (binding.kind === "streaming") {
    return [
      ...common,
      ["frames subject", binding.framesPattern],
      ["idle time-out", `${binding.idleTimeoutMs} ms`],
    ];
  }
  const { cache } = binding;
  return [
    ...common,
    ["reply subject", binding.replySubject],
    ["cached for", cache === null ? null : `${cache.ttlMs} ms`],
    ["cache invalidated by", listed(cache?.invalidatedBy)],
    ["cache ignores", listed(cache?.ignores)],
  ];
}

function eventAspects(binding: Extract<Binding, { kind: "event" }>): Aspect[] {
  const { stream } = binding;
  return [
    ["stream", stream?.name ?? null],
    ["kept for", stream === null || stream.maxAgeS === 0 ? null : `${stream.maxAgeS} s`],
    ["kept bytes", stream === null || stream.maxBytes === "0" ? null : stream.maxBytes],
    ["dead-letter subject", binding.deadLetterSubject],
  ];
}

function listed(names: readonly string[] | undefined): string | null {
  return names === undefined || names.length === 0 ? null : names.toSorted().join(", ");
}
