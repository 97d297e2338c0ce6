import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import type { DescMessage, Message } from "@bufbuild/protobuf";
import { printFailure } from "../connection/failures.ts";
import type { EventContract, MethodContract, ModuleRelease } from "../contract/contract.ts";
import { watchedMessage } from "./watched-message.ts";

/** What a consumer receives on one subject. */
export interface Received {
  readonly release: ModuleRelease;
  /** As the contract writes it. */
  readonly subject: string;
  readonly kind: "request" | "streaming" | "event";
  /** The type of the reply, the frame or the event. */
  readonly schema: DescMessage;
}

/** What a caller receives. */
export function repliesOf(
  release: ModuleRelease,
  { subject, kind, output }: MethodContract,
): Received {
  return { release, subject: subject.text, kind, schema: output };
}

/** What a subscriber or a consumer receives. */
export function eventsOf({ release, subject, schema }: EventContract): Received {
  return { release, subject: subject.text, kind: "event", schema };
}

/** Takes a message before the application sees it, and gives it one that tells what it reads. */
export type UseRecorder = <M extends Message>(message: M) => M;

/** Tests set it around an application that knows nothing of it. */
// biome-ignore lint/style/noProcessEnv: see above
const environment = () => process.env;

/** Names of one subject's fields; a type has thousands at most. */
const mostFields = 10_000;
/** Reads come together; writing each would slow the tests down. */
const quietMs = 100;

/**
 * Records what is read of messages, in tests of a consumer: `CHARTER_RECORD_USE` names the folder
 * for it. Null without it, so that nothing stands in the way of a message, and in production.
 */
export function useRecorder(received: Received): UseRecorder | null {
  const { CHARTER_RECORD_USE: folder = "", NODE_ENV } = environment();
  if (folder === "" || NODE_ENV === "production") return null;
  // A client has all methods of its service; those that are called are used.
  let fields: Map<string, string> | undefined;
  const begin = () => {
    writeSoon(folder);
    return fieldsIn(bookOf(folder), received);
  };
  return (message) => {
    fields ??= begin();
    const seen = fields;
    return watchedMessage(received.schema, message, (path, type) => {
      if (seen.has(path) || seen.size >= mostFields) return;
      seen.set(path, type);
      writeSoon(folder);
    });
  };
}

/** What one process has read: the fields with their types, by subject. */
interface Book {
  readonly uses: Map<string, { readonly received: Received; readonly fields: Map<string, string> }>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const books = new Map<string, Book>();

function bookOf(folder: string): Book {
  const known = books.get(folder);
  if (known !== undefined) return known;
  const book: Book = { uses: new Map(), timer: undefined };
  books.set(folder, book);
  process.once("exit", () => write(folder));
  return book;
}

function fieldsIn({ uses }: Book, received: Received): Map<string, string> {
  const { release, subject, schema } = received;
  const key = `${release.module}@${release.semver} ${subject} ${schema.typeName}`;
  const use = uses.get(key) ?? { received, fields: new Map<string, string>() };
  uses.set(key, use);
  return use.fields;
}

function writeSoon(folder: string): void {
  const book = bookOf(folder);
  book.timer ??= setTimeout(() => write(folder), quietMs).unref();
}

function write(folder: string): void {
  const book = bookOf(folder);
  clearTimeout(book.timer);
  book.timer = undefined;
  const participant = participantOf(environment());
  const uses = [...book.uses.values()].map(({ received, fields }) => ({
    module: received.release.module,
    semver: received.release.semver,
    subject: received.subject,
    kind: received.kind,
    message: received.schema.typeName,
    fields: [...fields].map(([path, type]) => ({ path, type })),
  }));
  const text = JSON.stringify({ formatVersion: 1, participant, uses }, null, 2);
  const name = `${participant}.${process.pid}-${threadId}.usage.json`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.part`), `${text}\n`);
    renameSync(join(folder, `${name}.part`), join(folder, name));
  } catch (error) {
    // A test that fails for its record would hide what it is about.
    printFailure(error, `CHARTER_RECORD_USE=${folder}`);
  }
}

/** Who reads, as a name that files and subjects can have. */
function participantOf({ CHARTER_PARTICIPANT, npm_package_name }: NodeJS.ProcessEnv): string {
  const name = CHARTER_PARTICIPANT ?? npm_package_name?.replace(/^@[^/]*\//, "") ?? "";
  return /^[A-Za-z0-9_=~+-][A-Za-z0-9_=~+.-]{0,127}$/.test(name) ? name : "unnamed";
}
