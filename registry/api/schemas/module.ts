import { type Static, Type } from "typebox";
import { CheckReportSchema } from "./report.ts";
import { BindingRecordSchema } from "./subject.ts";

const PackageSchema = Type.Object({
  /** `@bodybroker/npc` */
  name: Type.String(),
  version: Type.String(),
  state: Type.Enum(["pending", "published", "failed"]),
  /** What npm checks the tarball against; null until it is packed. */
  integrity: Type.Union([Type.String(), Type.Null()]),
  /** Why the last attempt failed, or null. */
  error: Type.Union([Type.String(), Type.Null()]),
  /** The URL of the npm registry that holds it. */
  registry: Type.Union([Type.String(), Type.Null()]),
});

export const ReleaseSchema = Type.Object({
  module: Type.String(),
  semver: Type.String(),
  digest: Type.String(),
  registeredAt: Type.String(),
  package: PackageSchema,
});
export type Release = Static<typeof ReleaseSchema>;

export const ReleaseDetailSchema = Type.Object({
  ...ReleaseSchema.properties,
  dependencies: Type.Array(Type.Object({ module: Type.String(), semver: Type.String() })),
  files: Type.Array(Type.Object({ path: Type.String(), digest: Type.String() })),
  bindings: Type.Array(BindingRecordSchema),
});
export type ReleaseDetail = Static<typeof ReleaseDetailSchema>;

/** A module and its head. */
export const ModuleSchema = Type.Object({
  name: Type.String(),
  ...ReleaseSchema.properties,
});
export type Module = Static<typeof ModuleSchema>;

export const ModuleListSchema = Type.Object({
  modules: Type.Array(ModuleSchema),
  /** Give it as `after` for the next page; null on the last. */
  next: Type.Union([Type.String(), Type.Null()]),
});

export const ReleaseListSchema = Type.Object({
  module: Type.String(),
  /** Newest first. */
  versions: Type.Array(ReleaseSchema),
});

/** What a registration did: the report that it was judged by, and the releases it made. */
export const RegistrationSchema = Type.Object({
  report: CheckReportSchema,
  /** One for each module whose verdict is `accepted`. */
  releases: Type.Array(ReleaseSchema),
});
export type Registration = Static<typeof RegistrationSchema>;

/** Releases by their names. */
export const ReleaseReferencesSchema = Type.Object({
  releases: Type.Array(Type.Object({ module: Type.String(), semver: Type.String() })),
});

/** The stub packages whose publication was tried again, as they stand after it. */
export const PublicationListSchema = Type.Object({
  publications: Type.Array(Type.Pick(PackageSchema, ["name", "version", "state", "error"])),
});
export type PublicationList = Static<typeof PublicationListSchema>;
