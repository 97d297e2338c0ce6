import type { Logger } from "pino";
import type { SubjectIndex } from "../jobs/subject-index.ts";
import type { Announcer } from "../ports.ts";
export async function connectNats(
  _o: { url: string; allowOldServer: boolean },
  _l: Logger,
): Promise<{
  announcer: Announcer;
  serveLookup(i: () => SubjectIndex): Promise<{ stop(): Promise<void> }>;
  close(): Promise<void>;
}> {
  return {
    announcer: { announce: async () => {} },
    serveLookup: async () => ({ stop: async () => {} }),
    close: async () => {},
  };
}
