import { type Static, Type } from "typebox";
import { type CheckReport, elementKinds, tiers } from "../../core/gate/report.ts";
import type { Mutable, SameType } from "./same-type.ts";

export const RoleSchema = Type.Enum(["request", "reply", "frames", "event", "dead_letter"]);
const VerdictSchema = Type.Enum(["accepted", "unchanged", "rejected"]);
const NullableString = Type.Union([Type.String(), Type.Null()]);

const PlaceSchema = Type.Object({
  side: Type.Enum(["proposal", "baseline"]),
  file: Type.String(),
  line: Type.Integer(),
  column: Type.Integer(),
});

const FindingSchema = Type.Object({
  rule: Type.String(),
  rules: Type.Array(Type.String()),
  tier: Type.Enum([...tiers]),
  blocking: Type.Boolean(),
  introduced: Type.Boolean(),
  breaks: Type.Array(Type.String()),
  element: Type.String(),
  protoPackage: NullableString,
  message: Type.String(),
  place: PlaceSchema,
  before: NullableString,
  after: NullableString,
  subjects: Type.Array(
    Type.Object({ pattern: Type.String(), role: RoleSchema, module: Type.String() }),
  ),
  users: Type.Union([
    Type.Array(
      Type.Object({
        participant: Type.String(),
        build: Type.String(),
        environments: Type.Array(Type.String()),
        does: Type.Enum(["reads", "sends", "uses"]),
      }),
    ),
    Type.Null(),
  ]),
  dependents: Type.Array(Type.String()),
  remedy: Type.String(),
  fix: NullableString,
  counterExample: Type.Union([
    Type.Object({
      type: Type.String(),
      json: Type.String(),
      acceptedBy: Type.Enum(["baseline", "proposal"]),
      refusal: Type.String(),
    }),
    Type.Object({
      type: Type.String(),
      json: Type.String(),
      sentBy: Type.Enum(["baseline", "proposal"]),
      handedOn: NullableString,
    }),
    Type.Null(),
  ]),
});

const BaselineSchema = Type.Object({
  semver: Type.String(),
  digest: Type.String(),
  reasons: Type.Array(
    Type.Union([
      Type.Object({ kind: Type.Literal("head") }),
      Type.Object({
        kind: Type.Literal("deployed"),
        environment: Type.String(),
        participant: Type.String(),
      }),
      Type.Object({ kind: Type.Literal("retained"), stream: Type.String(), until: NullableString }),
    ]),
  ),
});

const MigrationSchema = Type.Object({
  from: Type.String(),
  to: Type.String(),
  rows: Type.Array(
    Type.Object({
      change: Type.Enum(["same", "changed", "renamed", "gone", "new"]),
      before: NullableString,
      after: NullableString,
      notes: Type.Array(Type.String()),
    }),
  ),
});

const ModuleReportSchema = Type.Object({
  module: Type.String(),
  verdict: VerdictSchema,
  digest: Type.String(),
  baselines: Type.Array(BaselineSchema),
  semver: NullableString,
  findings: Type.Array(FindingSchema),
  additions: Type.Array(
    Type.Object({
      element: Type.String(),
      kind: Type.Enum([...elementKinds]),
      place: PlaceSchema,
    }),
  ),
  migrations: Type.Array(MigrationSchema),
});

const Report = Type.Object({
  formatVersion: Type.Literal(1),
  id: Type.String(),
  createdAt: Type.String(),
  verdict: VerdictSchema,
  policyVersion: Type.Integer(),
  partial: NullableString,
  modules: Type.Array(ModuleReportSchema),
});

true satisfies SameType<Static<typeof Report>, Mutable<CheckReport>>;

/** The wire form of core's CheckReport. */
export const CheckReportSchema = Type.Unsafe<CheckReport>(Report);
