import { Ajv } from "ajv";
import { type Static, Type } from "typebox";
import { ParticipantNameSchema } from "../../registry/api/schemas/deployment.ts";
import { SubjectUseSchema } from "../../registry/api/schemas/usage.ts";
import { limits } from "../../registry/core/limits.ts";
import type { SubjectUse, UsedField, UsedMessage } from "../../registry/core/usage/usage.ts";

/** What one process of a consumer's tests has used, as the stubs write it. */
export const usageSchema = Type.Object(
  {
    formatVersion: Type.Literal(1),
    participant: ParticipantNameSchema,
    uses: Type.Array(SubjectUseSchema, { maxItems: limits.subjectsPerUsage }),
  },
  { additionalProperties: false },
);

export type UsageFile = Static<typeof usageSchema>;

/** What is used by one participant. */
export interface ParticipantUse extends SubjectUse {
  readonly participant: string;
}

/** A usage file of more than this is none: 20,000 fields of 200 bytes. */
export const mostUsageBytes = 4 * 1024 * 1024;

const validate = new Ajv({ allErrors: false }).compile(usageSchema);

/** Reads the text of a usage file. The problem is one line. */
export function parseUsage(
  text: string,
):
  | { readonly ok: true; readonly file: UsageFile }
  | { readonly ok: false; readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: "it is no JSON" };
  }
  if (validate(value)) return { ok: true, file: value as UsageFile };
  const [first] = validate.errors ?? [];
  return { ok: false, problem: `${first?.instancePath || "/"} ${first?.message ?? "is wrong"}` };
}

/** The uses of several files, each participant's fields of a subject together, in a fixed order. */
export function mergeUses(files: readonly UsageFile[]): readonly ParticipantUse[] {
  const merged = new Map<string, ParticipantUse>();
  for (const { participant, uses } of files) {
    for (const use of uses) {
      const { module, semver, subject, kind, reads, sends } = use;
      const messages = [reads.message, sends?.message];
      const key = JSON.stringify([participant, module, semver, subject, kind, ...messages]);
      const known = merged.get(key) ?? { ...use, participant };
      merged.set(key, {
        ...known,
        reads: together(known.reads, reads),
        sends: known.sends === null || sends === null ? null : together(known.sends, sends),
      });
    }
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, use]) => use);
}

function together({ message, fields }: UsedMessage, more: UsedMessage): UsedMessage {
  const named = (field: UsedField) => [field.path, field] as const;
  const all = new Map([...fields, ...more.fields].map(named));
  return { message, fields: [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}
