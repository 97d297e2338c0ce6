import type { DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import { CharterError } from "../errors/charter-error.ts";
import { compilePattern, type SubjectPattern } from "./subject-pattern.ts";

/** The release of a module that a stub was generated from. */
export interface ModuleRelease {
  /** `bodybroker/npc`. */
  readonly module: string;
  /** `1.4.0`. */
  readonly semver: string;
  /** The digest of the revision that the release holds. */
  readonly digest: string;
}

/** What protobuf's `idempotency_level` says of an rpc. */
export type Idempotency = "unknown" | "no_side_effects" | "idempotent";

interface RpcContract<I extends DescMessage, O extends DescMessage> {
  /** The full name: `bodybroker.npc.v1.NpcBehaviorService.Plan`. */
  readonly rpc: string;
  /** The name within the service: `Plan`. */
  readonly name: string;
  readonly input: I;
  readonly output: O;
  readonly subject: SubjectPattern;
  readonly queueGroup: string;
  /** What a caller waits for the reply, or for the first frame, in milliseconds. */
  readonly deadlineMs: number;
  readonly idempotency: Idempotency;
  readonly policy: PayloadPolicy;
}

/** What may and must be done to payloads before they travel. */
export interface PayloadPolicy {
  /** How payloads over 16 KiB may be made smaller, or null. */
  readonly compression: "zstd" | null;
  /** Whether payloads must be encrypted, or null where they travel in clear. */
  readonly encryption: "required" | null;
}

/** How long a reply may be given again to an equal request. */
export interface CachePolicy {
  readonly ttlMs: number;
  /** The patterns of the events that make it stale. */
  readonly invalidatedBy: readonly string[];
  /** The paths of fields in which equal requests may differ: `meta.request_id`. */
  readonly ignores: readonly string[];
}

/** One request, one reply. */
export interface RequestContract<
  I extends DescMessage = DescMessage,
  O extends DescMessage = DescMessage,
> extends RpcContract<I, O> {
  readonly kind: "request";
  /** A subject under which the reply type is also known, or null. */
  readonly replySubject: string | null;
  /** Null where replies may not be cached. */
  readonly cache: CachePolicy | null;
}

/** One request, many frames. */
export interface StreamingContract<
  I extends DescMessage = DescMessage,
  O extends DescMessage = DescMessage,
> extends RpcContract<I, O> {
  readonly kind: "streaming";
  /** Where frames go, filled from the request; null for the caller's inbox. */
  readonly framesSubject: SubjectPattern | null;
  /** How long a reader waits for the next frame, in milliseconds. */
  readonly idleTimeoutMs: number;
}

export type MethodContract = RequestContract | StreamingContract;

/** The rpcs of a service that are bound to subjects, by their TypeScript names. */
export interface ServiceContract<
  M extends Readonly<Record<string, MethodContract>> = Readonly<Record<string, MethodContract>>,
> {
  readonly kind: "service";
  /** The full name: `bodybroker.npc.v1.NpcBehaviorService`. */
  readonly typeName: string;
  readonly release: ModuleRelease;
  readonly methods: M;
}

/** A JetStream stream that keeps events. Zero stands for no limit. */
export interface StreamPolicy {
  readonly name: string;
  readonly maxAgeS: number;
  /** A decimal number, because it can be larger than a JavaScript number. */
  readonly maxBytes: string;
}

/**
 * A message that is published. `P` has the types of the subject's parameters; `S` says whether a
 * stream keeps it.
 */
export interface EventContract<
  Desc extends DescMessage = DescMessage,
  P = unknown,
  S extends StreamPolicy | null = StreamPolicy | null,
> {
  readonly kind: "event";
  readonly schema: Desc;
  readonly subject: SubjectPattern;
  /** The stream that keeps the event, or null for a core subject. */
  readonly stream: S;
  /** Where consumers put events that they gave up on, or null. */
  readonly deadLetterSubject: string | null;
  readonly policy: PayloadPolicy;
  readonly release: ModuleRelease;
  /** Never set; it carries the types of the parameters. */
  readonly "~parameters"?: P;
}

interface RpcDefinition extends PayloadPolicy {
  readonly subject: string;
  readonly queueGroup: string;
  readonly deadlineMs: number;
  readonly idempotency: Idempotency;
}

/** What generated code says of an rpc, beside what the service's descriptor says. */
export type MethodDefinition =
  | (RpcDefinition & {
      readonly kind: "request";
      readonly replySubject: string | null;
      readonly cache: CachePolicy | null;
    })
  | (RpcDefinition & {
      readonly kind: "streaming";
      readonly framesSubject: string | null;
      readonly idleTimeoutMs: number;
    });

/** What generated code says of an event, beside what the message's descriptor says. */
export interface EventDefinition<S extends StreamPolicy | null = StreamPolicy | null>
  extends PayloadPolicy {
  readonly subject: string;
  readonly stream: S;
  readonly deadLetterSubject: string | null;
}

/** Makes the contract of a service. For generated code, whose declarations give the exact type. */
export function defineService(
  service: DescService,
  release: ModuleRelease,
  methods: Readonly<Record<string, MethodDefinition>>,
): ServiceContract {
  const contracts = Object.entries(methods).map(
    ([localName, definition]) => [localName, defineMethod(service, localName, definition)] as const,
  );
  return {
    kind: "service",
    typeName: service.typeName,
    release,
    methods: Object.fromEntries(contracts),
  };
}

function defineMethod(
  service: DescService,
  localName: string,
  definition: MethodDefinition,
): MethodContract {
  const method: DescMethod | undefined = service.method[localName];
  if (method === undefined) {
    throw new CharterError("internal", `${service.typeName} has no rpc ${localName}`);
  }
  const base = {
    rpc: `${service.typeName}.${method.name}`,
    name: method.name,
    input: method.input,
    output: method.output,
    subject: compilePattern(method.input, definition.subject),
    queueGroup: definition.queueGroup,
    deadlineMs: definition.deadlineMs,
    idempotency: definition.idempotency,
    policy: policyOf(definition),
  };
  if (definition.kind === "request") {
    const { replySubject, cache } = definition;
    return { ...base, kind: "request", replySubject, cache };
  }
  const frames = definition.framesSubject;
  return {
    ...base,
    kind: "streaming",
    framesSubject: frames === null ? null : compilePattern(method.input, frames),
    idleTimeoutMs: definition.idleTimeoutMs,
  };
}

function policyOf({ compression, encryption }: PayloadPolicy): PayloadPolicy {
  return { compression, encryption };
}

/** Makes the contract of an event. For generated code, whose declarations give the exact type. */
export function defineEvent<Desc extends DescMessage, P, S extends StreamPolicy | null>(
  schema: Desc,
  release: ModuleRelease,
  definition: EventDefinition<S>,
): EventContract<Desc, P, S> {
  return {
    kind: "event",
    schema,
    subject: compilePattern(schema, definition.subject),
    stream: definition.stream,
    deadLetterSubject: definition.deadLetterSubject,
    policy: policyOf(definition),
    release,
  };
}

/** The `Charter-Schema` header of a release: `bodybroker/npc@1.4.0`. */
export function schemaStamp(release: ModuleRelease): string {
  return `${release.module}@${release.semver}`;
}
