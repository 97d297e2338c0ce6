import { Ajv } from "ajv";
import { type Static, Type } from "typebox";

/** What a field's path and type can be; nothing else of a file reaches a terminal. */
const fieldPath = "^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*){0,31}$";
const fieldType = "^[A-Za-z_][A-Za-z0-9_. ,<>]{0,1023}$";
const name = "^[A-Za-z0-9_=~@:+./{}-]{1,512}$";

/** What one process of a consumer's tests has read, as the stubs write it. */
export const usageSchema = Type.Object(
  {
    formatVersion: Type.Literal(1),
    participant: Type.String({ pattern: name }),
    uses: Type.Array(
      Type.Object(
        {
          module: Type.String({ pattern: name }),
          semver: Type.String({ pattern: name }),
          subject: Type.String({ pattern: name }),
          kind: Type.Enum(["request", "streaming", "event"]),
          message: Type.String({ pattern: name }),
          fields: Type.Array(
            Type.Object(
              {
                path: Type.String({ maxLength: 2048, pattern: fieldPath }),
                type: Type.String({ pattern: fieldType }),
              },
              { additionalProperties: false },
            ),
            { maxItems: 10_000 },
          ),
        },
        { additionalProperties: false },
      ),
      { maxItems: 1000 },
    ),
  },
  { additionalProperties: false },
);

export type UsageFile = Static<typeof usageSchema>;
export type Use = UsageFile["uses"][number];

/** What is used by one participant. */
export interface ParticipantUse extends Use {
  readonly participant: string;
}

/** A usage file of more than this is none: 10,000 fields of 100 bytes. */
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
  const merged = new Map<string, { use: ParticipantUse; fields: Map<string, string> }>();
  for (const { participant, uses } of files) {
    for (const use of uses) {
      const key = JSON.stringify([participant, use.module, use.semver, use.subject, use.message]);
      const known = merged.get(key) ?? { use: { ...use, participant }, fields: new Map() };
      for (const { path, type } of use.fields) known.fields.set(path, type);
      merged.set(key, known);
    }
  }
  return [...merged]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { use, fields }]) => ({
      ...use,
      fields: [...fields]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([path, type]) => ({ path, type })),
    }));
}
