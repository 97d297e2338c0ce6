import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import type { DescMessage, Message } from "@bufbuild/protobuf";
import { printFailure } from "../connection/failures.ts";
import type { EventContract, MethodContract, ModuleRelease } from "../contract/contract.ts";
import { tellSetFields } from "./set-fields.ts";
import type { OnUse, UsedField } from "./used-field.ts";
import { watchedMessage } from "./watched-message.ts";

/** A subject that a consumer may use, and what travels there. */
export interface UsableSubject {
  readonly release: ModuleRelease;
  /** As the contract writes it. */
  readonly subject: string;
  readonly kind: "request" | "streaming" | "event";
  /** The type of the reply, the frame or the event. */
  readonly reads: DescMessage;
  /** The type of the request; null for events. */
  readonly sends: DescMessage | null;
}

/** What a caller sends and receives. */
export function callsOf(
  release: ModuleRelease,
  { subject, kind, input, output }: MethodContract,
): UsableSubject {
  return { release, subject: subject.text, kind, reads: output, sends: input };
}

/** What a subscriber or a consumer receives. */
export function eventsOf({ release, subject, schema }: EventContract): UsableSubject {
  return { release, subject: subject.text, kind: "event", reads: schema, sends: null };
}

/** Sees what a consumer does on one subject. */
export interface UseRecorder {
  /** Takes a request that goes out. */
  sends(request: Message): void;
  /** Takes a message before the application sees it, and gives it one that tells what it reads. */
  reads<M extends Message>(message: M): M;
}

/** Tests set it around an application that knows nothing of it. */
// biome-ignore lint/style/noProcessEnv: see above
const environment = () => process.env;

/** Fields of one message on one subject; the registry takes no more. */
const mostFields = 2000;
const fullText = `${mostFields} used fields of one message are recorded, and no more will be; whoever changes the others is not told`;
/** Uses come together; writing each would slow the tests down. */
const quietMs = 100;

/**
 * Records what is read of messages and set in requests, in tests of a consumer: `CHARTER_RECORD_USE`
 * names the folder for it. Null without it, so that nothing stands in the way of a message, and in
 * production.
 */
export function useRecorder(usable: UsableSubject): UseRecorder | null {
  const { CHARTER_RECORD_USE: folder = "", NODE_ENV } = environment();
  if (folder === "" || NODE_ENV === "production") return null;
  // A client has all methods of its service; those that are called are used.
  let begun: Use | undefined;
  const begin = () => {
    writeSoon(folder);
    return useIn(bookOf(folder), usable);
  };
  const noteIn =
    (fields: Fields): OnUse =>
    (field) => {
      if (fields.has(field.path) || fields.size >= mostFields) return;
      fields.set(field.path, field);
      if (fields.size === mostFields) printFailure(new Error(fullText), usable.subject);
      writeSoon(folder);
    };
  return {
    sends(request) {
      begun ??= begin();
      if (usable.sends !== null) tellSetFields(usable.sends, request, noteIn(begun.sends));
    },
    reads(message) {
      begun ??= begin();
      return watchedMessage(usable.reads, message, noteIn(begun.reads));
    },
  };
}

/** By their paths. */
type Fields = Map<string, UsedField>;

/** What was seen on one subject. */
interface Use {
  readonly usable: UsableSubject;
  readonly reads: Fields;
  readonly sends: Fields;
}

/** What one process uses, by subject. */
interface Book {
  readonly uses: Map<string, Use>;
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

function useIn({ uses }: Book, usable: UsableSubject): Use {
  const { release, subject, reads } = usable;
  const key = `${release.module}@${release.semver} ${subject} ${reads.typeName}`;
  const use = uses.get(key) ?? { usable, reads: new Map(), sends: new Map() };
  uses.set(key, use);
  return use;
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
  const uses = [...book.uses.values()].map(written);
  const text = JSON.stringify({ formatVersion: 1, participant, uses });
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

function written({ usable, reads, sends }: Use) {
  const { release, subject, kind } = usable;
  const message = ({ typeName }: DescMessage, fields: Fields) => ({
    message: typeName,
    fields: [...fields.values()],
  });
  return {
    module: release.module,
    semver: release.semver,
    subject,
    kind,
    reads: message(usable.reads, reads),
    sends: usable.sends === null ? null : message(usable.sends, sends),
  };
}

/** The consumer, as a name that files and subjects can have. */
function participantOf({ CHARTER_PARTICIPANT, npm_package_name }: NodeJS.ProcessEnv): string {
  const name = CHARTER_PARTICIPANT ?? npm_package_name?.replace(/^@[^/]*\//, "") ?? "";
  return /^[A-Za-z0-9_][A-Za-z0-9_=~+.-]{0,127}$/.test(name) ? name : "unnamed";
}
