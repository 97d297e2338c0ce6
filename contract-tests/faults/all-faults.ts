import { eventFaults } from "./event-faults.ts";
import { exampleFaults } from "./example-faults.ts";
import type { PlantedFault } from "./planted-fault.ts";
import { requestFaults } from "./request-faults.ts";
import { streamingFaults } from "./streaming-faults.ts";

/** The fault table: at least one row for each law. */
export const allFaults: readonly PlantedFault[] = [
  ...requestFaults,
  ...streamingFaults,
  ...eventFaults,
  ...exampleFaults,
];
