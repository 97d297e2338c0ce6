import { connect, type Socket } from "node:net";
import process from "node:process";

/**
 * A service of the shop's orders that breaks the rules of NATS itself, so it speaks to the server
 * without a client: `node hostile-service.ts <host:port> <attack>`. It prints a line once it serves.
 */
interface Request {
  readonly reply: string;
  readonly payload: Buffer;
}

type Attack = (socket: Socket, request: Request) => void;

/** `order-1` with a total of 7: a reply that keeps the contract. */
const fine = Buffer.from("0a076f726465722d311007", "hex");
const mebibyte = 1024 * 1024;

function publish(to: string, payload: Buffer, headers?: Buffer): Buffer {
  if (headers === undefined) {
    return Buffer.concat([Buffer.from(`PUB ${to} ${payload.length}\r\n`), payload, newline]);
  }
  const block = Buffer.concat([Buffer.from("NATS/1.0\r\n"), headers, newline]);
  const sizes = `${block.length} ${block.length + payload.length}`;
  return Buffer.concat([Buffer.from(`HPUB ${to} ${sizes}\r\n`), block, payload, newline]);
}

const newline = Buffer.from("\r\n");
const hugeReply = Buffer.alloc(20 * mebibyte);
/** A valid reply with a million unknown fields, each of two bytes. */
const manyFields = Buffer.concat([
  fine,
  Buffer.alloc(2 * mebibyte - 64, Buffer.from("7800", "hex")),
]);
const manyHeaders = Buffer.from(Array.from({ length: 100_000 }, (_, i) => `H${i}: x\r\n`).join(""));
let before = "_INBOX.nobody";
let storms = 0;

const attacks: Readonly<Record<string, Attack>> = {
  huge: (socket, { reply }) => socket.write(publish(reply, hugeReply)),
  "many-fields": (socket, { reply }) => socket.write(publish(reply, manyFields)),
  "many-headers": (socket, { reply }) => socket.write(publish(reply, fine, manyHeaders)),
  /** The first request has a million replies, and each that follows ten thousand. */
  storm(socket, { reply }) {
    const batch = Buffer.concat(Array.from({ length: 1000 }, () => publish(reply, fine)));
    const batches = storms++ === 0 ? 1000 : 10;
    for (let i = 0; i < batches; i++) socket.write(batch);
  },
  /** The answer goes to whoever asked before, and to inboxes of others. */
  elsewhere(socket, { reply }) {
    socket.write(publish(before, fine));
    socket.write(publish(`${reply}x`, fine));
    socket.write(publish("$SRV.INFO", fine));
    before = reply;
  },
  "invalid-utf8"(socket, { reply }) {
    const headers = Buffer.concat([
      Buffer.from("Nats-Service-Error-Code: 500\r\nNats-Service-Error: "),
      Buffer.from("ff1b5b324afe0d0a", "hex"),
    ]);
    // A charter.nats.v1.Error whose message is no UTF-8.
    socket.write(publish(reply, Buffer.from("080d1202fffe", "hex"), headers));
  },
  "invalid-text": (socket, { reply }) =>
    socket.write(publish(reply, Buffer.from("0a02fffe1007", "hex"))),
  /** The client throws where it reads these, and looks into those of an empty reply by itself. */
  "no-headers": (socket, { reply }) =>
    socket.write(publish(reply, Buffer.alloc(0), Buffer.from("\u00e9 \x00: x\r\n"))),
};

const [address = "", name = ""] = process.argv.slice(2);
const [host = "127.0.0.1", port = "0"] = address.split(":");
const attack = attacks[name];
if (attack === undefined) throw new Error(`There is no attack ${name}.`);
const socket = connect(Number(port), host);
socket.write('CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true}\r\n');
socket.write("SUB shop.order.v1.*.* q.shop 1\r\nSUB $SRV.INFO 2\r\nPING\r\n");
const info = Buffer.from(
  JSON.stringify({
    type: "io.nats.micro.v1.info_response",
    id: "hostile",
    name: "shop",
    version: "1.0.0",
    endpoints: [{ name: "Order", subject: "shop.order.v1.*.*", queue_group: "q.shop" }],
  }),
);

let read = Buffer.alloc(0);
socket.on("data", (data) => {
  read = Buffer.concat([read, data]);
  while (takeOne());
});
socket.on("error", () => process.exit(0));
socket.on("close", () => process.exit(0));

/** Reads one protocol line, and the message that follows it. */
function takeOne(): boolean {
  const end = read.indexOf("\r\n");
  if (end < 0) return false;
  const words = read.subarray(0, end).toString().split(" ");
  const [verb] = words;
  if (verb === "PONG") process.stdout.write("serving\n");
  if (verb === "PING") socket.write("PONG\r\n");
  if (verb !== "MSG" && verb !== "HMSG") {
    read = read.subarray(end + 2);
    return true;
  }
  const size = Number(words.at(-1));
  if (read.length < end + 4 + size) return false;
  const header = verb === "HMSG" ? Number(words.at(-2)) : 0;
  const payload = read.subarray(end + 2 + header, end + 2 + size);
  const reply = words[3] ?? "";
  read = read.subarray(end + 4 + size);
  if (words[2] === "2") socket.write(publish(reply, info));
  else attack?.(socket, { reply, payload: Buffer.from(payload) });
  return true;
}
