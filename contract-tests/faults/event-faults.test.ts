import { eventFaults } from "./event-faults.ts";
import { exampleFaults } from "./example-faults.ts";
import { expectFound } from "./expect-found.ts";

expectFound([...eventFaults, ...exampleFaults]);
