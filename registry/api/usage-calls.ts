import type { BuildUsage, UsageFilter } from "../core/usage/usage.ts";
import type { JsonCall } from "./json-call.ts";
import {
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
    usages: (filter: UsageFilter = {}): Promise<UsageList> =>
      json(UsageListSchema, "GET", `/v1/usages?${new URLSearchParams({ ...filter })}`),
  };
}
