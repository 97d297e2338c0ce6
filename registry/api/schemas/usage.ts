import { type Static, Type } from "typebox";
import { limits } from "../../core/limits.ts";
import type { BuildUsage, KeptUse, SubjectUse } from "../../core/usage/usage.ts";
import { BuildNameSchema, ParticipantNameSchema } from "./deployment.ts";
import type { Mutable, SameType } from "./same-type.ts";
import { ModuleNameSchema } from "./verification.ts";

const closed = { additionalProperties: false };
const name = "[A-Za-z_][A-Za-z0-9_]*";
const path = `^${name}(\\.${name}){0,${limits.usedFieldDepth - 1}}$`;
/** The largest number of a field. */
const mostNumber = 2 ** 29 - 1;

const UsedFieldSchema = Type.Object(
  {
    /** In proto names, through lists and maps: `items.price_cents`. */
    path: Type.String({ pattern: path, maxLength: limits.usedPathLength }),
    /** The numbers of the same fields: `[2, 3]`. */
    numbers: Type.Array(Type.Integer({ minimum: 1, maximum: mostNumber }), {
      minItems: 1,
      maxItems: limits.usedFieldDepth,
    }),
    /** As in a `.proto`, with full names: `repeated acme.shop.v1.Item`, `map<string, double>`. */
    type: Type.String({
      pattern: "^[A-Za-z_][A-Za-z0-9_. ,<>]*$",
      maxLength: limits.usedPathLength,
    }),
  },
  closed,
);

const UsedMessageSchema = Type.Object(
  {
    /** The full name. */
    message: Type.String({ pattern: `^${name}(\\.${name})*$`, maxLength: limits.usedPathLength }),
    fields: Type.Array(UsedFieldSchema, { maxItems: limits.fieldsPerUsedMessage }),
  },
  closed,
);

const SubjectUseObject = Type.Object(
  {
    module: ModuleNameSchema,
    /** The release that the consumer's stubs are of. */
    semver: Type.String({ pattern: "^[0-9A-Za-z.+-]+$", maxLength: 64 }),
    /** The pattern of the binding. */
    subject: Type.String({ pattern: "^[A-Za-z0-9_.{}-]+$", maxLength: limits.subjectLength }),
    kind: Type.Enum(["request", "streaming", "event"]),
    /** What the consumer reads of replies, frames or events. */
    reads: UsedMessageSchema,
    /** What it sets in requests; null for events. */
    sends: Type.Union([UsedMessageSchema, Type.Null()]),
  },
  closed,
);

true satisfies SameType<Static<typeof SubjectUseObject>, Mutable<SubjectUse>>;

/** The wire form of core's SubjectUse, also in the usage files of stubs. */
export const SubjectUseSchema = Type.Unsafe<SubjectUse>(SubjectUseObject);

/** What a build uses. It takes the place of what was kept of the build. */
export const BuildUsageSchema = Type.Unsafe<BuildUsage>(
  Type.Object(
    {
      participant: ParticipantNameSchema,
      build: BuildNameSchema,
      uses: Type.Array(SubjectUseSchema, { minItems: 1, maxItems: limits.subjectsPerUsage }),
    },
    closed,
  ),
);

/** How many subjects of a build are kept now. */
export const RecordedUsageSchema = Type.Object({ recorded: Type.Integer() });
export type RecordedUsage = Static<typeof RecordedUsageSchema>;

/** How many subjects of a participant are kept no more. */
export const ForgottenUsageSchema = Type.Object({ forgotten: Type.Integer() });
export type ForgottenUsage = Static<typeof ForgottenUsageSchema>;

const KeptUseSchema = Type.Unsafe<KeptUse>(
  Type.Object({
    participant: Type.String(),
    build: Type.String(),
    ...SubjectUseObject.properties,
    recordedAt: Type.String(),
  }),
);

export const UsageListSchema = Type.Object({
  /** Newest first. */
  usages: Type.Array(KeptUseSchema),
  /** Whether there are more than these. */
  more: Type.Boolean(),
});
export type UsageList = Static<typeof UsageListSchema>;
