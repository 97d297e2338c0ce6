import { headers as natsHeaders } from "@nats-io/nats-core";
import { CharterError } from "../errors/charter-error.ts";
import type { MessageHeaders } from "./connection.ts";

/** The headers of WIRE, spelled as they travel: NATS compares names by case. */
export const headerNames = {
  schema: "Charter-Schema",
  deadline: "Charter-Deadline-Ms",
  seq: "Charter-Seq",
  eos: "Charter-Eos",
  control: "Charter-Control",
  encoding: "Charter-Encoding",
  encryption: "Charter-Encryption",
  senderKey: "Charter-Sender-Key",
  messageId: "Nats-Msg-Id",
  expectedStream: "Nats-Expected-Stream",
  errorCode: "Nats-Service-Error-Code",
  errorText: "Nats-Service-Error",
} as const;

/** Headers that an application adds to a message. */
export type ExtraHeaders = Readonly<Record<string, string>>;

/**
 * Headers to send. Those of nats-core 3.x encode themselves, so `nats` 2.29 sends them too. Throws
 * `invalid_argument` for a name or value that no header can have, such as one with a line break.
 */
export function createHeaders(entries: ExtraHeaders): MessageHeaders {
  const created = natsHeaders();
  for (const [name, value] of Object.entries(entries)) {
    try {
      created.set(name, value);
    } catch (error) {
      throw new CharterError("invalid_argument", `no header can have this name or value: ${name}`, {
        cause: error,
      });
    }
  }
  return created;
}

/** Throws `invalid_argument` for names that NATS and Charter keep for themselves. */
export function checkExtraHeaders(extra: ExtraHeaders): void {
  for (const name of Object.keys(extra)) {
    if (/^(?:nats|charter)-/i.test(name)) {
      throw new CharterError(
        "invalid_argument",
        `the header ${name} is reserved; use a name that does not begin with Nats- or Charter-`,
      );
    }
  }
}
