import type { TestRun } from "../core/verification/verification.ts";
import type { JsonCall } from "./json-call.ts";
import { AcceptedTokenSchema } from "./schemas/token.ts";
import {
  type DeployCheck,
  DeployCheckSchema,
  type DeploymentMatrix,
  DeploymentMatrixSchema,
  type RecordedRun,
  RecordedRunSchema,
  VerificationListSchema,
} from "./schemas/verification.ts";

/** What contract tests have found, and what may be deployed by it. */
export function verificationCalls(json: JsonCall) {
  return {
    /** Rejects when the token may not write, which is worth knowing before a run of minutes. */
    checkToken: () => json(AcceptedTokenSchema, "GET", "/v1/token"),
    /** Keeps a run of contract tests. Sending it again changes nothing. */
    recordTestRun: (run: TestRun): Promise<RecordedRun> =>
      json(RecordedRunSchema, "POST", "/v1/verifications", run),
    verifications: (filter: { participant?: string; build?: string; module?: string } = {}) =>
      json(VerificationListSchema, "GET", `/v1/verifications${queryOf(filter)}`),
    /** @param planned.maxAgeDays how old a run may be that counts
     * @param planned.uses what the build calls, as `bodybroker/npc@1.2.0` */
    checkDeployment({
      maxAgeDays,
      uses = [],
      ...planned
    }: PlannedDeployment): Promise<DeployCheck> {
      const query = new URLSearchParams(planned);
      if (maxAgeDays !== undefined) query.set("maxAgeDays", String(maxAgeDays));
      for (const release of uses) query.append("uses", release);
      return json(DeployCheckSchema, "GET", `/v1/deployments/check?${query}`);
    },
    deploymentMatrix: (
      only: { environment?: string; module?: string } = {},
    ): Promise<DeploymentMatrix> =>
      json(DeploymentMatrixSchema, "GET", `/v1/deployments/matrix${queryOf(only)}`),
  };
}

interface PlannedDeployment {
  readonly participant: string;
  readonly build: string;
  readonly environment: string;
  readonly maxAgeDays?: number;
  readonly uses?: readonly string[];
}

function queryOf(parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(parameters).toString();
  return query === "" ? "" : `?${query}`;
}
