import { Type } from "typebox";
import {
  PolicyHistorySchema,
  PolicyProposalSchema,
  PolicyReviewSchema,
  PolicySetSchema,
  PolicyToSetSchema,
  PolicyVersionSchema,
} from "../../api/schemas/policy.ts";
import { RegistryFailure } from "../../core/failure.ts";
import type { PolicyReview } from "../jobs/set-policy.ts";
import { requireWriteToken } from "./auth.ts";
import type { AppPorts, Routes } from "./routes.ts";

/** The policy that judges, and those that did. */
export function policyRoutes(ports: AppPorts): Routes {
  const { store } = ports;
  const mayWrite = requireWriteToken(ports.writeTokenHash);
  return async (app) => {
    app.get(
      "/v1/policy",
      {
        schema: {
          summary: "The policy that judges now, or a version of it",
          querystring: Type.Object(
            { version: Type.Optional(Type.String({ pattern: "^[0-9]{1,9}$" })) },
            { additionalProperties: false },
          ),
          response: { 200: PolicyVersionSchema },
        },
      },
      (request) => {
        const { version } = request.query;
        if (version === undefined) return store.policy();
        const found = store.policyAt(Number(version));
        if (found !== null) return found;
        throw new RegistryFailure(
          "NOT_FOUND",
          `There is no version ${version} of the policy; the newest is ${store.policy().version}.`,
        );
      },
    );

    app.get(
      "/v1/policy/history",
      {
        schema: {
          summary: "Who set which policy why, newest first",
          response: { 200: PolicyHistorySchema },
        },
      },
      () => ({ versions: [...store.policies()] }),
    );

    app.post(
      "/v1/policy/checks",
      {
        schema: {
          summary: "Looks at a policy; sets nothing",
          body: PolicyProposalSchema,
          response: { 200: PolicyReviewSchema },
        },
      },
      (request) => plain(ports.reviewPolicy(request.body.policy)),
    );

    app.put(
      "/v1/policy",
      {
        onRequest: mayWrite,
        schema: {
          summary: "Sets the policy that judges from now on",
          body: PolicyToSetSchema,
          response: { 200: PolicySetSchema },
        },
      },
      (request) => plain(ports.setPolicy(request.body)),
    );
  };
}

/** The schema's type has a list that may be written to. */
function plain<T extends PolicyReview>(review: T) {
  return { ...review, warnings: [...review.warnings] };
}
