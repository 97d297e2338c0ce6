import { clientLaws } from "./clients.ts";
import { eventLaws } from "./events.ts";
import type { LawEntry, LawFamily } from "./law-entry.ts";
import { requestLaws } from "./requests.ts";
import { schemaLaws } from "./schemas.ts";
import { streamingLaws } from "./streams.ts";

/** Every law by its id, in the order of the index. */
export const catalogue: ReadonlyMap<string, LawEntry> = new Map(
  [...requestLaws, ...streamingLaws, ...eventLaws, ...schemaLaws, ...clientLaws].map((entry) => [
    entry.id,
    entry,
  ]),
);

const families: Readonly<Record<string, LawFamily>> = {
  R: "requests",
  T: "streaming",
  E: "events",
  D: "drift",
  S: "schemas",
  C: "clients",
  H: "migration",
  X: "examples",
};

/** The family of a law is in the letter of its id. */
export function familyOf({ id }: LawEntry): LawFamily {
  const family = families[id.slice(0, 1)];
  if (family === undefined) throw new Error(`No family of laws has the letter of ${id}.`);
  return family;
}
