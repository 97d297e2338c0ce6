import type { DeployedUse, Deployment } from "../../core/deployment/deployment.ts";

/** A use as it is stored: an empty text stands for what nobody told. */
export interface UseRow {
  readonly environment: string;
  readonly participant: string;
  readonly build: string;
  readonly role: Deployment["role"];
  readonly module: string;
  readonly protoPackage: string;
  readonly subject: string;
  readonly semver: string;
  readonly digest: string;
  readonly source: Deployment["source"];
  readonly evidence: Deployment["evidence"];
  readonly instances: number;
}

export interface DeploymentRow extends Omit<UseRow, "protoPackage"> {
  readonly proto_package: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly missed_since: string | null;
}

export function useRowOf(use: DeployedUse): UseRow {
  return {
    environment: use.environment,
    participant: use.participant,
    build: use.build ?? "",
    role: use.role,
    module: use.module ?? "",
    protoPackage: use.protoPackage ?? "",
    subject: use.subject ?? "",
    semver: use.semver ?? "",
    digest: use.digest ?? "",
    source: use.source,
    evidence: use.evidence,
    instances: use.instances,
  };
}

export function deploymentOf(row: DeploymentRow): Deployment {
  return {
    environment: row.environment,
    participant: row.participant,
    build: orNull(row.build),
    role: row.role,
    module: orNull(row.module),
    protoPackage: orNull(row.proto_package),
    subject: orNull(row.subject),
    semver: orNull(row.semver),
    digest: orNull(row.digest),
    source: row.source,
    evidence: row.evidence,
    instances: row.instances,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    missedSince: row.missed_since,
  };
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}
