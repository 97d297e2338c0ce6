/**
 * A feed that attacks whoever tests it, in a process of its own, so that what it keeps in memory is not
 * taken for the runner's. Prints `ready` once it listens.
 *
 *     node hostile-feed.ts <url of NATS> <name of the attack>
 */
import { type Msg, type MsgHdrs, type NatsConnection, nuid } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { announce } from "./by-hand.ts";

const [, , servers = "", attack = ""] = process.argv;
const nc = await connect({ servers, maxReconnectAttempts: -1, pingInterval: 1000 });
const me = nuid.next();
const inboxes: string[] = [];

/** A valid TellResponse: `{"token": "a"}`. */
const token = new Uint8Array([0x0a, 0x01, 0x61]);
/** The same with a field of 900 KB that nobody knows. */
const huge = Buffer.concat([
  token,
  new Uint8Array([0x7a, 0xa0, 0xf7, 0x36]),
  Buffer.alloc(900_000),
]);
const noUtf8 = new Uint8Array([0x0a, 0x02, 0xc3, 0x28]);

type Attack = (message: Msg, inbox: string) => void | Promise<void>;

const attacks: Readonly<Record<string, Attack>> = {
  "huge frames": (_message, inbox) => endless(inbox, () => huge, 20),
  "a stream without an end": (_message, inbox) => endless(inbox, () => token, Infinity),
  "a million frames at once": (_message, inbox) => flood(inbox),
  "frames for others": (message, inbox) => {
    for (const other of [...inboxes, message.subject, "$SRV.INFO", inbox]) {
      frame(other, 0, token);
      frame(other, 1, token);
      end(other, "2");
    }
  },
  "headers and payloads that are no UTF-8": (_message, inbox) => {
    nc.publish(inbox, noUtf8, {
      headers: raw(`Charter-Seq: 0\r\nCharter-Control: \xff\xfe\x1b[2J`),
    });
    nc.publish(inbox, token, { headers: raw(`\xff\xc0 \x00: \xfe\r\nCharter-Seq: 1`) });
    nc.publish(inbox, token, { headers: raw(`Nats-Service-Error-Code: \x1b[31m\xff`) });
  },
  "ends that are none": (_message, inbox) => {
    frame(inbox, 0, token);
    for (const count of ["99999999999999999999", "-1", "1e3", "", "NaN", "2"]) end(inbox, count);
  },
  "a control subject of others": (_message, inbox) => {
    const at = inboxes.length % victims.length;
    nc.publish(inbox, token, {
      headers: raw(`Charter-Seq: 0\r\nCharter-Control: ${victims[at]}`),
    });
    for (let seq = 1; seq < 40; seq++) frame(inbox, seq, token);
    end(inbox, "40");
  },
};

/** Where credit and cancels would do harm. */
const victims = [
  "victim.orders",
  "$JS.API.STREAM.DELETE.ORDERS",
  "_CHARTER.ctl.victim",
  "_CHARTER.ctl.victim.a.b",
  "_CHARTER.ctl.*.victim",
  "_CHARTER.ctl.victim.>",
  "_INBOX.victim",
  "_CHARTER.ctl.victim.a b",
];

async function endless(inbox: string, payload: () => Uint8Array, most: number): Promise<void> {
  for (let seq = 0; seq < most && !nc.isClosed(); seq++) {
    frame(inbox, seq, payload());
    // Nobody listens any more, and nothing says so to a service that ignores cancels.
    if (seq > 2000) return;
    if (seq % 32 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

let left = 1_000_000;
async function flood(inbox: string): Promise<void> {
  for (let seq = 0; left > 0 && seq < 200_000; seq++, left--) {
    frame(inbox, seq, token);
    if (seq % 5000 === 4999) await nc.flush();
  }
}

function frame(to: string, seq: number, payload: Uint8Array): void {
  const control = seq === 0 ? `\r\nCharter-Control: _CHARTER.ctl.${me}.${nuid.next()}` : "";
  nc.publish(to, payload, { headers: raw(`Charter-Seq: ${seq}${control}`) });
}

function end(to: string, count: string): void {
  nc.publish(to, new Uint8Array(), { headers: raw(`Charter-Eos: ${count}`) });
}

/** Headers byte by byte: the client asks them only for their bytes. */
function raw(lines: string): MsgHdrs {
  const encode = () => Buffer.from(`NATS/1.0\r\n${lines}\r\n\r\n`, "latin1");
  return { encode } as unknown as MsgHdrs;
}

function start(nats: NatsConnection): void {
  nats.subscribe("feed.tell.v1", {
    queue: "q.feed",
    callback: (error, message) => {
      const inbox = message.reply ?? "";
      if (error !== null || inbox === "") return;
      void attacks[attack]?.(message, inbox);
      inboxes.push(inbox);
      if (inboxes.length > 20) inboxes.shift();
    },
  });
  announce(nats, { name: "feed", subject: "feed.tell.v1", queueGroup: "q.feed" });
}

start(nc);
await nc.flush();
process.stdout.write("ready\n");
