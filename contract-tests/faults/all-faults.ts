import { clientFaults } from "./client-faults.ts";
import { eventFaults } from "./event-faults.ts";
import { exampleFaults } from "./example-faults.ts";
import type { FaultRow } from "./planted-fault.ts";
import { releaseFaults } from "./release-faults.ts";
import { requestFaults } from "./request-faults.ts";
import { shadowFaults } from "./shadow-faults.ts";
import { streamingFaults } from "./streaming-faults.ts";

/** The fault table: at least one row for each law. */
export const allFaults: readonly FaultRow[] = [
  ...requestFaults,
  ...streamingFaults,
  ...eventFaults,
  ...exampleFaults,
  ...releaseFaults,
  ...clientFaults,
  ...shadowFaults,
];
