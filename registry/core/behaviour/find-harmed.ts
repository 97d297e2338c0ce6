import { clone, type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import fc from "fast-check";
import { limits } from "../limits.ts";
import { demandOf } from "../samples/demand.ts";
import { variedMessages } from "../samples/messages.ts";
import { judge } from "../samples/oracle.ts";
import { Unsatisfiable } from "../samples/values/unsatisfiable.ts";
import type { Both } from "./changed-at.ts";
import { type ChangedForm, changedForms } from "./changed-forms.ts";
import type { Budget } from "./find-disagreement.ts";
import { type Guard, jsonOf } from "./guard.ts";
import { harmTo, type PassingHarm } from "./passing-through.ts";
import { smallest } from "./smallest.ts";

/** A message, as small as it could be made, that is harmed on its way through the other release. */
export interface HarmedMessage {
  /** Whose message it is. */
  readonly from: "old" | "now";
  readonly desc: DescMessage;
  readonly message: Message;
  readonly harm: PassingHarm;
}

/** A change, seen from the side whose messages are sent. */
interface Passage {
  readonly desc: DescMessage;
  readonly through: DescMessage;
  readonly guard: Guard;
  /** What changed; null where only the other side has it. */
  readonly field: DescField | null;
  /** A field that shares a oneof with it on the other side alone. */
  readonly mate: DescField | null;
  /** What else changed, and must not be taken for it. */
  readonly others: readonly DescField[];
}

/** The same messages for the same schemas. */
const seed = 7;
/** Values that are tried of a field: most that are harmed are among the first five. */
const valueRuns = 50;

/**
 * Looks for a message that is harmed by one change of its type: among those of the old release, which
 * the new one hands on, and then the other way round.
 */
export function findHarmed(
  pair: Both<DescMessage>,
  at: ChangedForm,
  guards: Both<Guard>,
  budget: Budget,
): HarmedMessage | null {
  for (const from of ["old", "now"] as const) {
    const passage = passageOf(pair, at, guards, from);
    const message = harmedMessage(passage, budget);
    const harm = message === null ? null : harmOf(passage, message);
    if (message !== null && harm !== null) return { from, desc: passage.desc, message, harm };
  }
  return null;
}

function passageOf(
  pair: Both<DescMessage>,
  at: ChangedForm,
  guards: Both<Guard>,
  from: "old" | "now",
): Passage {
  const to = from === "old" ? "now" : "old";
  const [desc, field] = [pair[from], at[from]];
  const oneof = new Set(at[to]?.oneof?.fields.map((each) => each.number));
  const isMate = (each: DescField) => each !== field && oneof.has(each.number);
  return {
    desc,
    through: pair[to],
    guard: guards[from],
    field,
    mate: desc.fields.find((each) => isMate(each) && each.oneof !== (field?.oneof ?? null)) ?? null,
    others: changedForms(pair.old, pair.now)
      .flatMap((form) => form[from] ?? [])
      .filter((each) => each !== field),
  };
}

/** A harmed message that holds nothing else where the rules allow it; else one that they do allow. */
function harmedMessage(passage: Passage, budget: Budget): Message | null {
  const { desc, guard, field, mate, others } = passage;
  const nothing = fc.constant(null);
  const alone = firstHarmed(passage, budget, () =>
    fc
      .tuple(
        field === null ? nothing : valuesOf(passage, field),
        mate === null ? nothing : fc.option(valuesOf(passage, mate)),
      )
      .map(([value, other]) => {
        const holder = reflect(desc);
        if (mate !== null && other !== null) holder.set(mate, other);
        if (field !== null) holder.set(field, value);
        return holder.message;
      }),
  );
  if (alone !== null && isShown(passage, alone)) return alone;
  // What harms no message by itself harms none that holds more, unless that must be there to send it.
  if (alone === null && field !== null) return null;
  const demand = demandOf(field === null ? [] : [{ path: [field.name], token: false }]);
  const whole = firstHarmed(passage, budget, () =>
    variedMessages(guard.generator, desc, demand)
      .map((message) =>
        without(
          desc,
          message,
          others.filter((each) => each !== mate),
        ),
      )
      .filter((message) => isShown(passage, message)),
  );
  if (whole === null) return null;
  return smallest(desc, whole, (each) => harmOf(passage, each) !== null && isShown(passage, each));
}

/** Values that keep a field's rules. Zero is among them where it does: some forms cannot hold it. */
function valuesOf({ desc, guard }: Passage, field: DescField): fc.Arbitrary<unknown> {
  const kept = guard.generator.fieldValues(field, "kept");
  if (field.fieldKind !== "scalar" && field.fieldKind !== "enum") return kept;
  const zero = reflect(desc);
  zero.set(field, zero.get(field));
  const judged = judge(guard.schema, desc, zero.message);
  const isBroken =
    judged.kind === "invalid" && judged.broken.some((each) => each.field === field.name);
  return isBroken ? kept : fc.oneof({ withCrossShrink: true }, fc.constant(zero.get(field)), kept);
}

/** The smallest of the messages that is harmed; null for none, or where none can be made. */
function firstHarmed(
  passage: Passage,
  budget: Budget,
  messages: () => fc.Arbitrary<Message>,
): Message | null {
  const purse = { left: limits.messagesToShrink };
  let found: Message | null = null;
  const isUnharmed = (message: Message) => {
    // From the first one on only smaller messages are looked for.
    if ((found === null ? budget : purse).left-- <= 0) return true;
    if (harmOf(passage, message) === null) return true;
    found = message;
    return false;
  };
  try {
    fc.check(fc.property(messages(), isUnharmed), { seed, numRuns: valueRuns });
  } catch (error) {
    if (!(error instanceof Unsatisfiable)) throw error;
  }
  return found;
}

/** Whether a message is valid, and has a form for a report. */
function isShown({ desc, guard }: Passage, message: Message): boolean {
  return (
    judge(guard.schema, desc, message).kind === "valid" && jsonOf(guard, desc, message) !== null
  );
}

/** The harm to a message that would be unharmed without the field. */
function harmOf({ desc, through, field }: Passage, message: Message): PassingHarm | null {
  const harm = harmTo(desc, through, message);
  if (harm === null || field === null) return harm;
  return harmTo(desc, through, without(desc, message, [field])) === null ? harm : null;
}

function without(desc: DescMessage, message: Message, fields: readonly DescField[]): Message {
  const copy = clone(desc, message);
  const holder = reflect(desc, copy);
  for (const field of fields) holder.clear(field);
  return copy;
}
