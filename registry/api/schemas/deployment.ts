import { type Static, Type } from "typebox";
import {
  buildForm,
  environmentForm,
  participantForm,
  roles,
} from "../../core/deployment/deployment.ts";
import { serviceStates } from "../../core/deployment/services.ts";
import { limits } from "../../core/limits.ts";

const NullableString = Type.Union([Type.String(), Type.Null()]);
const moduleLength = 2 * limits.moduleNamePartLength + 1;

export const EnvironmentNameSchema = Type.String({
  pattern: environmentForm,
  maxLength: limits.environmentLength,
});
export const ParticipantNameSchema = Type.String({
  pattern: participantForm,
  maxLength: limits.participantLength,
});
export const BuildNameSchema = Type.String({ pattern: buildForm, maxLength: limits.buildLength });

/** What one build uses of the registered contracts: a release of a module, or one package of it. */
const UseSchema = Type.Object(
  {
    /** `bodybroker/npc`: all proto packages of the release. Give this, or `protoPackage`. */
    module: Type.Optional(Type.String({ minLength: 1, maxLength: moduleLength })),
    /** `bodybroker.npc.v2`: this proto package of the release only. */
    protoPackage: Type.Optional(Type.String({ minLength: 1, maxLength: limits.pathLength })),
    semver: Type.String({ minLength: 1, maxLength: 64 }),
    role: Type.Enum([...roles]),
  },
  { additionalProperties: false },
);

/** A build that runs in an environment from now on. */
export const DeploymentRecordSchema = Type.Object(
  {
    environment: EnvironmentNameSchema,
    participant: ParticipantNameSchema,
    build: BuildNameSchema,
    uses: Type.Array(UseSchema, { minItems: 1, maxItems: limits.usesPerDeployment }),
    /** Whether other recorded builds of the participant end in this environment; true without it. */
    replace: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type DeploymentRecord = Static<typeof DeploymentRecordSchema>;

/** One use of one build. */
export const DeploymentSchema = Type.Object({
  environment: Type.String(),
  participant: Type.String(),
  build: NullableString,
  role: Type.Enum([...roles]),
  module: NullableString,
  protoPackage: NullableString,
  /** The pattern of the binding, or what was seen; null for what was recorded. */
  subject: NullableString,
  semver: NullableString,
  /** As the participant tells it. */
  digest: NullableString,
  source: Type.Enum(["recorded", "observed"]),
  evidence: Type.Enum(["real", "reference", "mock"]),
  instances: Type.Integer(),
  firstSeen: Type.String(),
  lastSeen: Type.String(),
  /** Since when it has not been seen, though the environment answered; null while it is seen. */
  missedSince: NullableString,
});

export const DeploymentListSchema = Type.Object({ deployments: Type.Array(DeploymentSchema) });

/** What a record has written, and the builds that it ended. */
export const RecordedDeploymentSchema = Type.Object({
  deployments: Type.Array(DeploymentSchema),
  ended: Type.Array(Type.String()),
});
export type RecordedDeployment = Static<typeof RecordedDeploymentSchema>;

/** How many uses an end has ended. */
export const EndedDeploymentSchema = Type.Object({ ended: Type.Integer() });

const { protoPackage: _package, subject: _subject, ...shared } = DeploymentSchema.properties;

/** What one build of a participant does with one release of a module. */
const RunningServiceSchema = Type.Object({
  ...shared,
  protoPackages: Type.Array(Type.String()),
  subjects: Type.Array(Type.String()),
  state: Type.Enum([...serviceStates]),
});

const AbsentServiceSchema = Type.Object({
  environment: Type.String(),
  module: Type.String(),
  semver: Type.String(),
  service: Type.String(),
  subjects: Type.Array(Type.String()),
});

const EnvironmentSchema = Type.Object({
  name: Type.String(),
  /** Whether the registry is told to look at its NATS. */
  watched: Type.Boolean(),
  /** When it last answered; null for never. */
  lastLook: NullableString,
  /** What kept the last look from seeing all; null when nothing did. */
  problem: NullableString,
});
export type Environment = Static<typeof EnvironmentSchema>;

/** What is declared, and what runs. */
export const ServiceListSchema = Type.Object({
  environments: Type.Array(EnvironmentSchema),
  running: Type.Array(RunningServiceSchema),
  /** Services of heads that nobody serves, in watched environments that have answered. */
  notRunning: Type.Array(AbsentServiceSchema),
});
export type ServiceList = Static<typeof ServiceListSchema>;
