import { type Static, Type } from "typebox";
import { roles } from "../../core/deployment/deployment.ts";
import { limits } from "../../core/limits.ts";
import { answers } from "../../core/verification/answer.ts";
import type { UseInRelease } from "../../core/verification/use-in-release.ts";
import { gravestOf, lawVerdicts } from "../../core/verification/verdict.ts";
import { lawForm } from "../../core/verification/verification.ts";
import { BuildNameSchema, EnvironmentNameSchema, ParticipantNameSchema } from "./deployment.ts";
import type { Mutable, SameType } from "./same-type.ts";

const NullableString = Type.Union([Type.String(), Type.Null()]);
const evidenceKinds = ["real", "reference", "mock"] as const;
const subjectVerdicts = lawVerdicts.filter((each) => gravestOf([each]) === each);

export const ModuleNameSchema = Type.String({
  pattern: "^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*$",
  maxLength: 2 * limits.moduleNamePartLength + 1,
});
/** A release: `bodybroker/npc@1.2.0`. */
export const ReleaseSchema = Type.String({
  pattern: "^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*@[0-9A-Za-z.+-]+$",
  maxLength: 2 * limits.moduleNamePartLength + 66,
});
const LawSchema = Type.String({ pattern: lawForm });
const PrintableSchema = Type.String({ pattern: "^[ -~]+$", maxLength: 128 });
const DigestSchema = Type.String({ pattern: "^sha256:[0-9a-f]{64}$" });

const TestedLawSchema = Type.Object(
  {
    law: LawSchema,
    verdict: Type.Enum([...lawVerdicts]),
    samples: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
  },
  { additionalProperties: false },
);

const TestedSubjectSchema = Type.Object(
  {
    participant: ParticipantNameSchema,
    build: BuildNameSchema,
    module: ModuleNameSchema,
    semver: Type.String({ minLength: 1, maxLength: 64 }),
    /** Of the release that it was tested against. */
    digest: DigestSchema,
    /** The pattern of the binding. */
    subject: Type.String({ minLength: 1, maxLength: limits.subjectLength }),
    /** Who answered. */
    evidence: Type.Enum([...evidenceKinds]),
    laws: Type.Array(TestedLawSchema, { minItems: 1, maxItems: limits.lawsPerSubject }),
    /** Laws that apply, and that the environment's class did not allow to be tried. */
    untried: Type.Array(LawSchema, { maxItems: limits.lawsPerSubject }),
  },
  { additionalProperties: false },
);

const testedIn = {
  runId: Type.String({ pattern: "^[A-Za-z0-9_-]{1,64}$" }),
  /** Where the builds ran when they were tested. */
  environment: EnvironmentNameSchema,
  seed: Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }),
  /** When the run began; RFC 3339. */
  testedAt: Type.String({ minLength: 10, maxLength: 40 }),
  /** What tested: `charter 0.3.0`. */
  runner: PrintableSchema,
  /** The digest of the laws that there were. */
  lawSet: DigestSchema,
};

/** A run of contract tests. */
export const TestRunSchema = Type.Object(
  {
    ...testedIn,
    rows: Type.Array(TestedSubjectSchema, { minItems: 1, maxItems: limits.subjectsPerRun }),
  },
  { additionalProperties: false },
);

/** What was kept of a run. */
export const RecordedRunSchema = Type.Object({
  runId: Type.String(),
  recorded: Type.Integer(),
  /** Whether the run was kept already. */
  repeated: Type.Boolean(),
});
export type RecordedRun = Static<typeof RecordedRunSchema>;

/** The evidence that is kept of one subject of one build. */
export const VerificationSchema = Type.Object({
  ...TestedSubjectSchema.properties,
  ...testedIn,
  kind: Type.Enum(["request", "streaming", "event"]),
  /** The gravest of the laws. */
  verdict: Type.Enum([...subjectVerdicts]),
});

export const VerificationListSchema = Type.Object({
  /** Newest first. */
  verifications: Type.Array(VerificationSchema),
  /** Whether there are more than these. */
  more: Type.Boolean(),
});

const reasoned = {
  answer: Type.Enum([...answers]),
  reason: Type.String(),
  /** The command that mends it or finds it out; null for a yes. */
  command: NullableString,
};

const SubjectAnswerSchema = Type.Object({
  ...reasoned,
  subject: Type.String(),
  kind: Type.Enum(["request", "streaming", "event"]),
  module: Type.String(),
  protoPackage: NullableString,
  /** The release that the build serves; null where nothing tells. */
  semver: NullableString,
  digest: NullableString,
  /** The evidence that decides, or the nearest to it. */
  row: Type.Union([VerificationSchema, Type.Null()]),
});

const UseInReleaseObject = Type.Object({
  subjects: Type.Integer(),
  fields: Type.Integer(),
  /** How much of it the release does not have as it was. */
  lacking: Type.Integer(),
  /** The first of that. */
  lacks: Type.Array(
    Type.Object({
      subject: Type.String(),
      /** The full name of the field or message, or the pattern of the subject. */
      element: Type.String(),
      /** The way to a field; null for what is no field. */
      numbers: Type.Union([Type.Array(Type.Integer()), Type.Null()]),
      does: Type.Enum(["uses", "reads", "sends"]),
      what: Type.String(),
      /** As what it was used, and as what it is there; both null where it is not there at all. */
      was: NullableString,
      is: NullableString,
    }),
    { maxItems: limits.lacksPerPartner },
  ),
});

true satisfies SameType<Static<typeof UseInReleaseObject>, Mutable<UseInRelease>>;

/** What the consumer of two uses, held against the release of the other. */
const UseInReleaseSchema = Type.Unsafe<UseInRelease>(UseInReleaseObject);

const PartnerAnswerSchema = Type.Object({
  ...reasoned,
  participant: NullableString,
  build: NullableString,
  /** What the partner does. */
  role: Type.Enum([...roles]),
  module: Type.String(),
  /** The release that the partner was built with. */
  theirs: NullableString,
  /** The release that the build was made with. */
  ours: Type.String(),
  /** Null where no use is kept, and versions decide. */
  use: Type.Union([UseInReleaseSchema, Type.Null()]),
});

/** Whether a build may go into an environment. */
export const DeployCheckSchema = Type.Object({
  participant: Type.String(),
  build: Type.String(),
  environment: Type.String(),
  answer: Type.Enum([...answers]),
  /** Where nothing is known of the build. */
  unknown: Type.Union([Type.Object(reasoned), Type.Null()]),
  /** What it serves. */
  subjects: Type.Array(SubjectAnswerSchema),
  /** Who is there and uses it, or is used by it. */
  partners: Type.Array(PartnerAnswerSchema),
});
export type DeployCheck = Static<typeof DeployCheckSchema>;

/** Who runs or was tested, on which subjects, with which evidence. */
export const DeploymentMatrixSchema = Type.Object({
  lines: Type.Array(
    Type.Object({
      participant: Type.String(),
      build: Type.String(),
      runsIn: Type.Array(Type.String()),
      module: Type.String(),
      semver: NullableString,
      subject: Type.String(),
      tested: Type.Union([
        Type.Object({
          environment: Type.String(),
          verdict: Type.Enum([...subjectVerdicts]),
          evidence: Type.Enum([...evidenceKinds]),
          testedAt: Type.String(),
          runId: Type.String(),
        }),
        Type.Null(),
      ]),
    }),
  ),
  /** Whether there are more than these. */
  more: Type.Boolean(),
});
export type DeploymentMatrix = Static<typeof DeploymentMatrixSchema>;
