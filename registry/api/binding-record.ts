import { packageNameOf } from "../core/module-name.ts";
import type { RegisteredBinding } from "../core/registration/plan.ts";
import type { BindingRecord } from "./schemas/subject.ts";

/** The release that a binding is shown in. */
export interface RecordRelease {
  readonly module: string;
  readonly semver: string;
  readonly digest: string;
}

/** A registered binding as the API shows it. */
export function bindingRecord(
  { binding, subjectVersion }: RegisteredBinding,
  release: RecordRelease,
): BindingRecord {
  const rpc = binding.kind === "event" ? null : binding;
  return {
    pattern: binding.pattern,
    kind: binding.kind,
    messageType: binding.messageType,
    replyType: rpc?.replyType ?? null,
    rpc: rpc?.rpc ?? null,
    queueGroup: rpc?.queueGroup ?? null,
    owner: binding.owner,
    deadlineMs: rpc?.deadlineMs ?? null,
    idempotency: rpc?.idempotency ?? null,
    replySubject: binding.kind === "request" ? binding.replySubject : null,
    framesPattern: binding.kind === "streaming" ? binding.framesPattern : null,
    idleTimeoutMs: binding.kind === "streaming" ? binding.idleTimeoutMs : null,
    cache:
      binding.kind === "request" && binding.cache !== null
        ? {
            ttlMs: binding.cache.ttlMs,
            invalidatedBy: [...binding.cache.invalidatedBy],
            ignores: [...binding.cache.ignores],
          }
        : null,
    compression: binding.compression,
    encryption: binding.encryption,
    stream: binding.kind === "event" && binding.stream !== null ? { ...binding.stream } : null,
    deadLetterSubject: binding.kind === "event" ? binding.deadLetterSubject : null,
    file: binding.place.file,
    line: binding.place.line,
    module: release.module,
    semver: release.semver,
    digest: release.digest,
    subjectVersion,
    package: { name: packageNameOf(release.module), version: release.semver },
  };
}
