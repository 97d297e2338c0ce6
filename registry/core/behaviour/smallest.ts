import { clone, type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";

/** Deeper in a message nothing is looked for. */
const deepest = 6;

/** A message without the fields that it can do without, all of a message's at once or one by one. */
export function smallest(
  root: DescMessage,
  message: Message,
  isGood: (message: Message) => boolean,
): Message {
  let best = message;
  let open: readonly (readonly DescField[])[] = [[]];
  for (let depth = 0; depth < deepest && open.length > 0; depth++) {
    const next: (readonly DescField[])[] = [];
    for (const path of open) {
      const bare = clone(root, best);
      const within = messageAt(root, bare, path);
      for (const field of within?.fields ?? []) within?.clear(field);
      if (isGood(bare)) {
        best = bare;
        continue;
      }
      for (const field of fieldsAt(root, best, path)) {
        const copy = clone(root, best);
        messageAt(root, copy, path)?.clear(field);
        if (isGood(copy)) best = copy;
        else if (field.fieldKind === "message") next.push([...path, field]);
      }
    }
    open = next;
  }
  return best;
}

function fieldsAt(root: DescMessage, message: Message, path: readonly DescField[]): DescField[] {
  const at = messageAt(root, message, path);
  return at === null ? [] : at.fields.filter((field) => at.isSet(field));
}

function messageAt(
  root: DescMessage,
  message: Message,
  path: readonly DescField[],
): ReflectMessage | null {
  let at = reflect(root, message);
  for (const field of path) {
    if (!at.isSet(field)) return null;
    at = at.get(field) as ReflectMessage;
  }
  return at;
}
