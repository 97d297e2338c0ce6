import type { JsonCall } from "./json-call.ts";
import {
  DeploymentListSchema,
  type DeploymentRecord,
  EndedDeploymentSchema,
  type RecordedDeployment,
  RecordedDeploymentSchema,
  type ServiceList,
  ServiceListSchema,
} from "./schemas/deployment.ts";

/** Who runs what, where. */
export function deploymentCalls(json: JsonCall) {
  return {
    /** What is declared, and what runs. @param environment all of them without it */
    services: (environment?: string): Promise<ServiceList> =>
      json(ServiceListSchema, "GET", `/v1/services${inEnvironment(environment)}`),
    deployments: (environment?: string) =>
      json(DeploymentListSchema, "GET", `/v1/deployments${inEnvironment(environment)}`),
    /** Records what a build uses. Sending it again changes nothing but the time. */
    recordDeployment: (record: DeploymentRecord): Promise<RecordedDeployment> =>
      json(RecordedDeploymentSchema, "POST", "/v1/deployments", record),
    /** Ends a build of a participant in an environment, or all its builds. */
    endDeployment({ environment, participant, build }: EndedBuild) {
      const path = [environment, participant].map(encodeURIComponent).join("/");
      const query = build === undefined ? "" : `?build=${encodeURIComponent(build)}`;
      return json(EndedDeploymentSchema, "DELETE", `/v1/deployments/${path}${query}`);
    },
  };
}

interface EndedBuild {
  readonly environment: string;
  readonly participant: string;
  readonly build?: string;
}

function inEnvironment(environment: string | undefined): string {
  return environment === undefined ? "" : `?environment=${encodeURIComponent(environment)}`;
}
