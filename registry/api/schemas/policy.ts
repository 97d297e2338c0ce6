import { type Static, Type } from "typebox";
import { limits } from "../../core/limits.ts";
import type { OutsideHead } from "../../core/policy/outside.ts";
import { blockable, type Policy, type PolicyVersion } from "../../core/policy/policy.ts";
import { stabilities } from "../../core/revision/package-version.ts";
import type { Mutable, SameType } from "./same-type.ts";

const moduleGlobLength = 2 * limits.moduleNamePartLength + 1;

const RuleIds = Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
  maxItems: limits.ruleIdsPerPolicyRule,
  uniqueItems: true,
});

const PolicyRuleSchema = Type.Object(
  {
    /** `*`, `bodybroker/*`, `bodybroker/npc`. */
    modules: Type.String({ minLength: 1, maxLength: moduleGlobLength }),
    stability: Type.Optional(
      Type.Array(Type.Enum([...stabilities]), {
        minItems: 1,
        maxItems: stabilities.length,
        uniqueItems: true,
      }),
    ),
    block: Type.Array(Type.Enum([...blockable]), {
      maxItems: blockable.length,
      uniqueItems: true,
    }),
    allow: Type.Optional(RuleIds),
    refuse: Type.Optional(RuleIds),
  },
  { additionalProperties: false },
);

const SubjectNamingSchema = Type.Object(
  {
    grammars: Type.Optional(
      Type.Array(Type.String({ maxLength: limits.grammarLength }), {
        minItems: 1,
        maxItems: limits.grammarsPerOwner,
      }),
    ),
    roots: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: limits.subjectLength }), {
        minItems: 1,
        maxItems: limits.rootsPerOwner,
      }),
    ),
    unversioned: Type.Optional(Type.Integer({ minimum: 1, maximum: 9999 })),
  },
  { additionalProperties: false },
);

/** Names are looked at by `policyProblems`, which says what is wrong with one. */
const anyName = "^[^\\u0000-\\u001f]{1,200}$";

const PolicyObject = Type.Object(
  {
    rules: Type.Array(PolicyRuleSchema, { maxItems: limits.policyRules }),
    subjects: Type.Record(Type.String({ pattern: anyName }), SubjectNamingSchema, {
      additionalProperties: false,
      maxProperties: limits.policyOwners,
    }),
    owners: Type.Record(
      Type.String({ pattern: anyName }),
      Type.Array(Type.String({ minLength: 1, maxLength: limits.teamLength }), {
        minItems: 1,
        maxItems: limits.teamsPerModule,
      }),
      { additionalProperties: false, maxProperties: limits.policyOwners },
    ),
  },
  { additionalProperties: false },
);

true satisfies SameType<Static<typeof PolicyObject>, Mutable<Policy>>;

/** The wire form of core's Policy. */
export const PolicySchema = Type.Unsafe<Policy>(PolicyObject);

const stamp = {
  version: Type.Integer({ minimum: 0 }),
  /** RFC 3339, UTC; null for the built-in policy, version 0. */
  setAt: Type.Union([Type.String(), Type.Null()]),
  reason: Type.String(),
};

export const PolicyVersionSchema = Type.Unsafe<PolicyVersion>(
  Type.Object({ ...stamp, policy: PolicySchema }),
);

export const PolicyHistorySchema = Type.Object({ versions: Type.Array(Type.Object(stamp)) });
export type PolicyHistory = Static<typeof PolicyHistorySchema>;

/** What setting a policy would bring, or has brought. */
const review = {
  /** What is probably not meant. */
  warnings: Type.Array(Type.String()),
  /** Heads with subjects that the policy would not take any more. They stay as they are. */
  outside: Type.Unsafe<readonly OutsideHead[]>(
    Type.Array(
      Type.Object({
        module: Type.String(),
        semver: Type.String(),
        subjects: Type.Array(Type.Object({ pattern: Type.String(), reason: Type.String() })),
      }),
    ),
  ),
};

/** @see review */
export const PolicyReviewSchema = Type.Object(review);
export type PolicyReview = Static<typeof PolicyReviewSchema>;

/** A policy to be looked at. */
export const PolicyProposalSchema = Type.Object(
  { policy: PolicySchema },
  { additionalProperties: false },
);

/** A policy to be set. */
export const PolicyToSetSchema = Type.Object(
  {
    policy: PolicySchema,
    reason: Type.String({ minLength: 1, maxLength: limits.reasonLength, pattern: "\\S" }),
    /** The newest version that the sender knows. When another was set since, nothing is. */
    expectedVersion: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
);
export type PolicyToSet = Static<typeof PolicyToSetSchema>;

export const PolicySetSchema = Type.Object({ ...stamp, policy: PolicySchema, ...review });
export type PolicySet = Static<typeof PolicySetSchema>;
