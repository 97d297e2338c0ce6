import { headers as createHeaders, type MsgHdrs } from "@nats-io/nats-core";
import { readHeaders } from "../calls/request-once.ts";
import { type Ask, askOnce } from "./asking.ts";
import { type KeepingStream, NotRead } from "./keeping-stream.ts";
import type { SeenEvent } from "./seen-event.ts";

export type StoredEvent = SeenEvent & { readonly sequence: number };

/** As of a reply: what WIRE needs takes some hundred bytes. */
const mostHeaderBytes = 16 * 1024;

/** The first event at or after a sequence, or null. */
export async function eventFrom(
  stream: KeepingStream,
  seq: number,
  ask: Ask = askOnce(stream.nc),
): Promise<StoredEvent | null> {
  return stream.config.allow_direct
    ? getDirectly(stream, seq, ask)
    : getFromLeader(stream, seq, ask);
}

/** Any replica answers with the event as it is, and its place in further headers. */
async function getDirectly(
  stream: KeepingStream,
  seq: number,
  ask: Ask,
): Promise<StoredEvent | null> {
  const { name } = stream;
  const reply = await ask(`$JS.API.DIRECT.GET.${name}`, queryOf(stream, seq));
  const { headers, fault } = readHeaders(reply);
  // An event with headers that cannot be read hides its place among them.
  if (fault !== undefined) return getFromLeader(stream, seq, ask);
  if (headers?.code === 404) return null;
  // The server writes its own behind those of the event.
  const subject = headers?.last("Nats-Subject") ?? "";
  const sequence = Number(headers?.last("Nats-Sequence"));
  if (subject === "" || !Number.isSafeInteger(sequence)) {
    throw new NotRead(`${name} gives no event: ${headers?.description ?? "no headers"}`);
  }
  return { subject, sequence, payload: reply.data, headers, headerFault: null };
}

interface Reply {
  readonly error?: { readonly code?: number; readonly description?: string };
  readonly message?: {
    readonly subject?: string;
    readonly seq?: number;
    readonly hdrs?: string;
    readonly data?: string;
  };
}

async function getFromLeader(
  stream: KeepingStream,
  seq: number,
  ask: Ask,
): Promise<StoredEvent | null> {
  const { name } = stream;
  const reply = await ask(`$JS.API.STREAM.MSG.GET.${name}`, queryOf(stream, seq));
  if (reply.data.length === 0) throw new NotRead(`nobody answers for ${name}`);
  const { error, message } = JSON.parse(reply.string()) as Reply;
  if (error?.code === 404) return null;
  if (message?.subject === undefined || message.seq === undefined) {
    throw new NotRead(
      `${name} gives no event: ${error?.description?.slice(0, 200) ?? "no message"}`,
    );
  }
  const { subject, seq: sequence, hdrs = "", data = "" } = message;
  const payload = new Uint8Array(Buffer.from(data, "base64"));
  return { subject, sequence, payload, ...parsed(Buffer.from(hdrs, "base64")) };
}

function queryOf({ filter }: KeepingStream, seq: number): string {
  return JSON.stringify({ seq, next_by_subj: filter });
}

function parsed(bytes: Buffer): Pick<SeenEvent, "headers" | "headerFault"> {
  if (bytes.length === 0) return { headers: undefined, headerFault: null };
  if (bytes.length > mostHeaderBytes) {
    const headerFault = `${bytes.length} bytes of headers, which is more than the ${mostHeaderBytes} that are read`;
    return { headers: undefined, headerFault };
  }
  try {
    return { headers: headersIn(bytes.toString()), headerFault: null };
  } catch {
    return { headers: undefined, headerFault: "headers that cannot be read" };
  }
}

/** Throws for lines that are no headers. */
function headersIn(text: string): MsgHdrs {
  const headers = createHeaders();
  const [, ...lines] = text.split("\r\n");
  for (const line of lines.filter((each) => each !== "")) {
    const colon = line.indexOf(":");
    if (colon < 1) throw new Error("a header has no name");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}
