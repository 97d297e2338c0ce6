/**
 * Sends look-ups of uniformly drawn subjects, in a process of its own, as fast as they are answered.
 * It writes and reads bare sockets, because autocannon needs more of a core for a request than a
 * bare Fastify route does, and would measure itself.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { answerParent } from "./child.ts";
import { type LoadResult, startRound } from "./load-result.ts";
import { drawSubject } from "./synthetic-subjects.ts";

export interface HttpLoad {
  readonly port: number;
  /** How many subjects to draw from. */
  readonly subjects: number;
  readonly seconds: number;
}

const connections = 32;
/** Built before the first round; each request of a round draws one of them. */
const requestsDrawn = 50_000;

const drawn = new Map<number, Buffer[]>();
answerParent({}, load);

async function load({ port, subjects, seconds }: HttpLoad): Promise<LoadResult> {
  const requests = requestsFor(subjects);
  const until = performance.now() + seconds * 1000;
  const round = startRound();
  const exchange = (at: number) => {
    const now = performance.now();
    if (at > 0) round.record(now - at);
    return now < until;
  };
  await Promise.all(
    Array.from({ length: connections }, () => keepAsking(port, requests, exchange)),
  );
  return round.end();
}

function requestsFor(subjects: number): Buffer[] {
  const known = drawn.get(subjects);
  if (known !== undefined) return known;
  const requests = Array.from({ length: requestsDrawn }, () => {
    const subject = drawSubject(subjects, Math.random);
    return Buffer.from(
      `GET /v1/resolve?subject=${subject} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: keep-alive\r\n\r\n`,
    );
  });
  drawn.set(subjects, requests);
  return requests;
}

/** One connection: a request, its answer, the next request, until `exchange` says stop. */
async function keepAsking(
  port: number,
  requests: readonly Buffer[],
  exchange: (sentAt: number) => boolean,
): Promise<void> {
  let sentAt = 0;
  let missing = 0;
  const socket = connect({
    host: "127.0.0.1",
    port,
    noDelay: true,
    onread: {
      buffer: Buffer.alloc(64 * 1024),
      callback(length, buffer) {
        missing = (missing > 0 ? missing : answerLength(buffer as Buffer)) - length;
        if (missing === 0) next();
        return true;
      },
    },
  });
  const next = () => {
    if (!exchange(sentAt)) return socket.end();
    sentAt = performance.now();
    return socket.write(requests[Math.floor(Math.random() * requests.length)] ?? "");
  };
  await once(socket, "connect");
  next();
  await once(socket, "close");
}

/** The bytes of an answer with its head, which comes in one piece. */
function answerLength(buffer: Buffer): number {
  const head = buffer.toString("latin1", 0, buffer.indexOf("\r\n\r\n"));
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (!head.startsWith("HTTP/1.1 200 ") || length === undefined) {
    throw new Error(`expected an answer 200 with a length, got ${head}`);
  }
  return head.length + 4 + Number(length);
}
