import type { BindingRecord, Resolution } from "../../api/schemas/subject.ts";
import type { Style } from "./style.ts";
import { renderPairs, renderTable } from "./table.ts";

/** Bindings, one a line. */
export function renderBindings(bindings: readonly BindingRecord[], style: Style): string {
  const rows = bindings.map((binding) => [
    binding.pattern,
    binding.kind,
    `v${binding.subjectVersion}`,
    `${binding.module}@${binding.semver}`,
    binding.replyType === null
      ? binding.messageType
      : `${binding.messageType} → ${binding.kind === "streaming" ? "stream of " : ""}${binding.replyType}`,
  ]);
  return renderTable(["SUBJECT", "KIND", "CONTRACT", "MODULE", "MESSAGES"], rows, style);
}

/** What the registry knows of one subject. */
export function renderResolution(resolution: Resolution, style: Style): string {
  const { binding } = resolution;
  const values = Object.entries(resolution.parameters).map(([name, value]) => `${name} = ${value}`);
  const optional: [string, string | null][] = [
    ["parameters", values.length === 0 ? null : values.join("\n")],
    ["message", resolution.messageType],
    [resolution.kind === "streaming" ? "frames of" : "reply", resolution.replyType],
    ["rpc", binding.rpc],
    ["queue group", binding.queueGroup],
    ["deadline", binding.deadlineMs === null ? null : `${binding.deadlineMs} ms`],
    ["idempotency", binding.idempotency],
    ["requests on", resolution.pattern === binding.pattern ? null : binding.pattern],
    ["replies on", binding.replySubject],
    ["frames on", binding.framesPattern],
    ["cached", binding.cache === null ? null : renderCache(binding.cache)],
    ["compression", binding.compression],
    ["encryption", binding.encryption],
    ["dead letters", binding.deadLetterSubject],
    ["stream", binding.stream === null ? null : renderStream(binding.stream)],
    ["owner", binding.owner],
    ["contract", `v${resolution.subjectVersion}`],
    ["module", `${resolution.module}@${resolution.semver}`],
    ["package", `${resolution.package.name}@${resolution.package.version}`],
    ["written in", `${binding.file}:${binding.line}`],
  ];
  const pairs = optional.filter((pair): pair is [string, string] => pair[1] !== null);
  const side =
    resolution.role === "request" || resolution.role === "event"
      ? resolution.kind
      : `${resolution.role.replace("_", " ")} of a ${resolution.kind}`;
  return `${style("bold", resolution.pattern)} (${side})\n${renderPairs(pairs, style)}`;
}

function renderCache(cache: NonNullable<BindingRecord["cache"]>): string {
  const until =
    cache.invalidatedBy.length === 0 ? "" : `, until ${cache.invalidatedBy.join(" or ")}`;
  const equal = cache.ignores.length === 0 ? "" : `, whatever ${cache.ignores.join(", ")}`;
  return `for ${cache.ttlMs} ms${until}${equal}`;
}

function renderStream(stream: { name: string; maxAgeS: number; maxBytes: string }): string {
  const age = stream.maxAgeS === 0 ? "for ever" : `for ${stream.maxAgeS} s`;
  return `${stream.name}, kept ${age}${stream.maxBytes === "0" ? "" : `, up to ${stream.maxBytes} bytes`}`;
}
