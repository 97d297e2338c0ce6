import type { BuildUsage, UsageFilter } from "../core/usage/usage.ts";
import type { JsonCall } from "./json-call.ts";
import {
  type ForgottenUsage,
  ForgottenUsageSchema,
  type RecordedUsage,
  RecordedUsageSchema,
  type UsageList,
  UsageListSchema,
} from "./schemas/usage.ts";

/** What consumers use. */
export function usageCalls(json: JsonCall) {
  return {
    /** Keeps what a build uses, in place of what was kept of it. */
    recordUsage: (usage: BuildUsage): Promise<RecordedUsage> =>
      json(RecordedUsageSchema, "POST", "/v1/usages", usage),
    /** Forgets what a participant uses, or one build of it. */
    forgetUsage: ({ participant, build }: ForgottenBuild): Promise<ForgottenUsage> => {
      const query = build === undefined ? "" : `?build=${encodeURIComponent(build)}`;
      const path = `/v1/usages/${encodeURIComponent(participant)}${query}`;
      return json(ForgottenUsageSchema, "DELETE", path);
    },
    usages: (filter: UsageFilter = {}): Promise<UsageList> =>
      json(UsageListSchema, "GET", `/v1/usages?${new URLSearchParams({ ...filter })}`),
  };
}

interface ForgottenBuild {
  readonly participant: string;
  readonly build?: string;
}
