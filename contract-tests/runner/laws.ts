import type { BindingKind } from "../../registry/core/binding/binding.ts";
import { acceptOlder } from "./laws/accept-older.ts";
import { acceptOlderEvents } from "./laws/accept-older-events.ts";
import { acceptValid } from "./laws/accept-valid.ts";
import type { AccountLaw } from "./laws/account-law.ts";
import { cancelled } from "./laws/cancelled.ts";
import { consumed } from "./laws/consumed.ts";
import { correlate } from "./laws/correlate.ts";
import { dead } from "./laws/dead.ts";
import { endsOnce } from "./laws/ends-once.ts";
import { endsWithError } from "./laws/ends-with-error.ts";
import { examplesHold } from "./laws/examples-hold.ts";
import { keepsPace } from "./laws/keeps-pace.ts";
import { keptApart } from "./laws/kept-apart.ts";
import type { Law } from "./laws/law.ts";
import { leadsTo } from "./laws/leads-to.ts";
import { malformed } from "./laws/malformed.ts";
import { numbered } from "./laws/numbered.ts";
import { ordered } from "./laws/ordered.ts";
import { poison } from "./laws/poison.ts";
import { publishedValid } from "./laws/published-valid.ts";
import { rejectInvalid } from "./laws/reject-invalid.ts";
import { repeatAnswer } from "./laws/repeat-answer.ts";
import { served } from "./laws/served.ts";
import { singleDelivery } from "./laws/single-delivery.ts";
import { storedOnce } from "./laws/stored-once.ts";
import { tolerateNewer } from "./laws/tolerate-newer.ts";
import { tolerateNewerEvents } from "./laws/tolerate-newer-events.ts";
import { undeclared } from "./laws/undeclared.ts";
import { withinDeadline } from "./laws/within-deadline.ts";

/** All laws of live services, in the order that they are tried. A new one is a file and a line here. */
export const laws: readonly Law[] = [
  served,
  acceptValid,
  rejectInvalid,
  malformed,
  correlate,
  withinDeadline,
  singleDelivery,
  acceptOlder,
  tolerateNewer,
  repeatAnswer,
  examplesHold,
  numbered,
  endsOnce,
  endsWithError,
  cancelled,
  keptApart,
  keepsPace,
  publishedValid,
  consumed,
  poison,
  storedOnce,
  ordered,
  leadsTo,
  acceptOlderEvents,
  tolerateNewerEvents,
];

/** The laws of all contracts together. */
export const accountLaws: readonly AccountLaw[] = [undeclared, dead];

/** The account's laws of those ids, or all. */
export function chosenAccountLaws(ids: readonly string[] | undefined): readonly AccountLaw[] {
  return accountLaws.filter((law) => ids === undefined || ids.includes(law.id));
}

/** The laws of those ids, or all. Throws for an id that no law has. */
export function chosenLaws(ids: readonly string[] | undefined): readonly Law[] {
  if (ids === undefined) return laws;
  const known = [...laws, ...accountLaws].map((law) => law.id);
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
