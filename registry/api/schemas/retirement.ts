import { type Static, Type } from "typebox";
import { roles } from "../../core/deployment/deployment.ts";
import { limits } from "../../core/limits.ts";

/** An announced end of a proto package, with who would keep it from being deleted today. */
export const RetirementSchema = Type.Object({
  protoPackage: Type.String(),
  module: Type.String(),
  /** The day from which the package may be deleted, UTC. */
  sunset: Type.String(),
  reason: Type.String(),
  announcedAt: Type.String(),
  users: Type.Array(
    Type.Object({
      environment: Type.String(),
      participant: Type.String(),
      role: Type.Enum([...roles]),
      semver: Type.Union([Type.String(), Type.Null()]),
      source: Type.Enum(["recorded", "observed"]),
      lastSeen: Type.String(),
    }),
  ),
  /** Modules whose heads import a file of it. */
  importers: Type.Array(Type.String()),
  /** Why it may not be deleted now; null when it may. */
  keptBecause: Type.Union([Type.String(), Type.Null()]),
});
export type RetirementRecord = Static<typeof RetirementSchema>;

export const RetirementListSchema = Type.Object({ retirements: Type.Array(RetirementSchema) });

/** What announcing an end needs. */
export const AnnouncedEndSchema = Type.Object(
  {
    module: Type.String({ minLength: 1, maxLength: 2 * limits.moduleNamePartLength + 1 }),
    sunset: Type.String({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
    reason: Type.String({ minLength: 1, maxLength: limits.reasonLength }),
  },
  { additionalProperties: false },
);
export type AnnouncedEnd = Static<typeof AnnouncedEndSchema>;
