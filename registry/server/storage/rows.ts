import type { Binding } from "../../core/binding/binding.ts";
import type { Head, Publication, ReleaseSummary } from "../../core/registration/plan.ts";

/** The columns of a release as the queries below name them. */
export interface HeadRow {
  id: number;
  module: string;
  semver: string;
  digest: string;
  meaning: string;
  registered_at: string;
}

export interface PublicationRow {
  release_id: number;
  module: string;
  semver: string;
  name: string;
  state: Publication["state"];
  integrity: string | null;
  registry: string | null;
  error: string | null;
}

export interface BindingRow {
  binding: string;
  subject_version: number;
  digest: string;
}

export function headOf(row: HeadRow): Head {
  const { registered_at: registeredAt, ...rest } = row;
  return { ...rest, registeredAt };
}

/** A release beside its publication, whose columns the query names too. */
export type SummaryRow = HeadRow & Omit<PublicationRow, "release_id">;

export const summaryColumns =
  "r.id, r.module, r.semver, r.digest, r.meaning, r.registered_at, p.name, p.state, p.integrity, p.registry, p.error";

export function summaryOf(row: SummaryRow): ReleaseSummary {
  const { id, module, semver, digest, meaning, registered_at, ...published } = row;
  return {
    ...headOf({ id, module, semver, digest, meaning, registered_at }),
    publication: publicationOf({ ...published, release_id: id, module, semver }),
  };
}

export function publicationOf(row: PublicationRow): Publication {
  const { release_id: releaseId, semver: version, ...rest } = row;
  return { ...rest, releaseId, version };
}

/** Written by `commit` from a Binding, so it is one. */
export function bindingOf(row: BindingRow) {
  return {
    binding: JSON.parse(row.binding) as Binding,
    subjectVersion: row.subject_version,
    digest: row.digest,
  };
}
