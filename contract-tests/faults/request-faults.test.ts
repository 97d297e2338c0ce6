import { expectFound } from "./expect-found.ts";
import { requestFaults } from "./request-faults.ts";

expectFound(requestFaults);
