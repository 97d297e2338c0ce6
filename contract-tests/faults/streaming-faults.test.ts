import { expectFound } from "./expect-found.ts";
import { streamingFaults } from "./streaming-faults.ts";

expectFound(streamingFaults);
