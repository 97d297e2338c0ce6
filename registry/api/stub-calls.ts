import type { JsonCall } from "./json-call.ts";
import {
  type PublicationList,
  PublicationListSchema,
  ReleaseReferencesSchema,
} from "./schemas/module.ts";

/** Stub packages. */
export function stubCalls(json: JsonCall) {
  return {
    /** Registers heads again whose stub packages another generator made. */
    upgradeStubs: () => json(ReleaseReferencesSchema, "POST", "/v1/stub-upgrades"),
    /** Tries again to publish what is not published. Answers with what it tried. */
    publish: (): Promise<PublicationList> =>
      json(PublicationListSchema, "POST", "/v1/publications"),
  };
}
