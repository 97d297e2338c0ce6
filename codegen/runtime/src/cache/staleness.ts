import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { compilePattern, token } from "../contract/subject-pattern.ts";

/**
 * Which replies an event makes stale, by tags: a reply carries one for each pattern, of its request,
 * and an event has those of its subject.
 */
export interface Staleness {
  /** As NATS subscribes to the events. */
  readonly wildcard: string;
  /** The tag of the replies to a request. */
  readonly tagOf: (request: Message) => string;
  /** The tags of the replies that an event on the subject makes stale. */
  readonly tagsHit: (subject: string) => readonly string[];
}

/** Reads a pattern of `invalidated_by` for requests of a type. */
export function stalenessOf(request: DescMessage, text: string): Staleness {
  // Parameters that the request does not have are `*`, like all others are to the subscription.
  const known = text.replace(/\{([^}]*)\}/g, (parameter, path: string) =>
    hasField(request, path) ? parameter : "*",
  );
  const { wildcard, tokens, parameters } = compilePattern(request, known);
  return {
    wildcard,
    tagOf(message) {
      const tag = [...tokens];
      for (const { index, read, write } of parameters) {
        const value = read(message);
        const text = write(value);
        // No event carries such a value, or it was not said: it may mean all of them.
        if (text === null || !token.test(text) || isZero(value)) return wildcard;
        tag[index] = text;
      }
      return tag.join(".");
    },
    tagsHit(subject) {
      if (parameters.length === 0) return [wildcard];
      const said = subject.split(".");
      const tag = [...tokens];
      for (const { index } of parameters) tag[index] = said[index] ?? "";
      return [wildcard, tag.join(".")];
    },
  };
}

/** What an integer or an enum holds that was never set; 64 bits can be a text. */
function isZero(value: unknown): boolean {
  return value === 0 || value === 0n || value === "0";
}

function hasField(schema: DescMessage, path: string): boolean {
  let at: DescMessage | undefined = schema;
  for (const name of path.split(".")) {
    const field: DescField | undefined = at?.fields.find((each) => each.name === name);
    if (field === undefined) return false;
    at = field.fieldKind === "message" ? field.message : undefined;
  }
  return true;
}
