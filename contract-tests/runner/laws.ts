import type { BindingKind } from "../../registry/core/binding/binding.ts";
import { acceptValid } from "./laws/accept-valid.ts";
import type { Law } from "./laws/law.ts";
import { malformed } from "./laws/malformed.ts";
import { rejectInvalid } from "./laws/reject-invalid.ts";
import { served } from "./laws/served.ts";
import { singleDelivery } from "./laws/single-delivery.ts";

/** All laws of live services, in the order that they are tried. A new one is a file and a line here. */
export const laws: readonly Law[] = [served, acceptValid, rejectInvalid, malformed, singleDelivery];

/** The laws of those ids, or all. Throws for an id that no law has. */
export function chosenLaws(ids: readonly string[] | undefined): readonly Law[] {
  if (ids === undefined) return laws;
  const known = laws.map((law) => law.id);
  const unknown = ids.filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    throw new Error(`There is no law ${unknown.join(", ")}; the laws are ${known.join(", ")}.`);
  }
  return laws.filter((law) => ids.includes(law.id));
}

/** Whether a law speaks of bindings of a kind. */
export function appliesTo(law: Law, kind: BindingKind): boolean {
  return law.on === kind || (law.on === "rpc" && kind !== "event");
}
