import { CharterError } from "../errors/charter-error.ts";
import type { MessageHeaders } from "./connection.ts";
import { OutgoingHeaders } from "./outgoing-headers.ts";

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

/** Headers to send. Throws `invalid_argument` for a name or value that no header can have. */
export function createHeaders(entries: ExtraHeaders): MessageHeaders {
  const created = new OutgoingHeaders();
  for (const name in entries) created.set(name, entries[name] ?? "");
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
