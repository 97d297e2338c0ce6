import type { RegisteredBinding } from "../../registry/core/registration/plan.ts";
import { revisionDigest } from "../../registry/core/revision/digest.ts";
import type { IndexedBinding } from "../../registry/server/jobs/subject-index.ts";

/** How many bindings one synthetic module has: what a module of the first customer has, doubled. */
export const bindingsPerModule = 10;

/**
 * The binding at a place of a synthetic estate. Numbers have a fixed width, so that the answers to
 * all subjects have the same size, whatever the size of the estate.
 */
export function syntheticBinding(i: number): RegisteredBinding {
  const module = moduleOf(i);
  const operation = `op${wide(i % bindingsPerModule, 2)}`;
  const subject = `bench.${module}.service.${operation}`;
  const proto = `bench.${module}.v1`;
  const place = { file: `bench/${module}/v1/service.proto`, line: 100 };
  const policy = { compression: null, encryption: null };
  const messageType = `${proto}.Message${operation}`;
  const base = { owner: "bench-team", place, messageType, ...policy };
  const registered = { subjectVersion: 1, digest: revisionDigest([]) };
  if (i % 2 === 0) {
    const binding = {
      ...base,
      kind: "request" as const,
      pattern: `${subject}.request.v1`,
      parameters: [],
      rpc: `${proto}.Service.Call${operation}`,
      replyType: `${proto}.Reply${operation}`,
      queueGroup: `q.${module}`,
      deadlineMs: 50,
      idempotency: "idempotent" as const,
      replySubject: null,
      cache: null,
    };
    return { ...registered, binding };
  }
  const binding = {
    ...base,
    kind: "event" as const,
    pattern: `${subject}.changed.v1.{world_id}.{entity_id}`,
    parameters: [
      { field: "world_id", index: 6, type: "string" as const },
      { field: "entity_id", index: 7, type: "string" as const },
    ],
    stream: { name: "BENCH_EVENTS", maxAgeS: 300, maxBytes: "0" },
    deadLetterSubject: null,
  };
  return { ...registered, binding };
}

/** The name of the module that a binding belongs to, without its owner. */
export function moduleOf(i: number): string {
  return `domain${wide(Math.floor(i / bindingsPerModule), 5)}`;
}

/** All bindings of an estate, as a store reads them: out of JSON. */
export function syntheticBindings(count: number): IndexedBinding[] {
  const bindings = Array.from({ length: count }, (_, i) => ({
    ...syntheticBinding(i),
    release: { module: `bench/${moduleOf(i)}`, semver: "1.4.0", digest: revisionDigest([]) },
  }));
  return JSON.parse(JSON.stringify(bindings)) as IndexedBinding[];
}

/** A subject of one of the first `count` bindings, its parameters filled; all equally likely. */
export function drawSubject(count: number, random: () => number): string {
  const i = Math.floor(random() * count);
  const { pattern } = syntheticBinding(i).binding;
  return pattern.replace(/\{[a-z_]+\}/g, () => `id-${wide(Math.floor(random() * 1e9), 9)}`);
}

function wide(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
