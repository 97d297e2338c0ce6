import { type Static, Type } from "typebox";
import { type CheckReport, tiers } from "../../core/gate/report.ts";

export const RoleSchema = Type.Enum(["request", "reply", "frames", "event", "dead_letter"]);
const VerdictSchema = Type.Enum(["accepted", "unchanged", "rejected"]);
const NullableString = Type.Union([Type.String(), Type.Null()]);

const FindingSchema = Type.Object({
  rule: Type.String(),
  rules: Type.Array(Type.String()),
  tier: Type.Enum([...tiers]),
  blocking: Type.Boolean(),
  element: Type.String(),
  message: Type.String(),
  place: Type.Object({
    side: Type.Enum(["proposal", "baseline"]),
    file: Type.String(),
    line: Type.Integer(),
    column: Type.Integer(),
  }),
  before: NullableString,
  after: NullableString,
  subjects: Type.Array(
    Type.Object({ pattern: Type.String(), role: RoleSchema, module: Type.String() }),
  ),
  dependents: Type.Array(Type.String()),
  remedy: Type.String(),
});

const ModuleReportSchema = Type.Object({
  module: Type.String(),
  verdict: VerdictSchema,
  digest: Type.String(),
  baseline: Type.Union([
    Type.Object({ semver: Type.String(), digest: Type.String() }),
    Type.Null(),
  ]),
  semver: NullableString,
  findings: Type.Array(FindingSchema),
});

const Report = Type.Object({
  formatVersion: Type.Literal(1),
  id: Type.String(),
  createdAt: Type.String(),
  verdict: VerdictSchema,
  modules: Type.Array(ModuleReportSchema),
});

type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Mutable<T> = T extends readonly (infer U)[]
  ? Mutable<U>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;
true satisfies Equal<Static<typeof Report>, Mutable<CheckReport>>;

/** The wire form of core's CheckReport. */
export const CheckReportSchema = Type.Unsafe<CheckReport>(Report);
