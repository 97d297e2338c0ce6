import { createInbox, type Msg, type NatsConnection } from "@nats-io/nats-core";
import semver from "semver";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { type Evidence, isBuild, isParticipant } from "../../core/deployment/deployment.ts";
import type { Seen, SeenEndpoint } from "../../core/deployment/sighting.ts";
import { limits } from "../../core/limits.ts";
import { parseModuleName } from "../../core/module-name.ts";

/** Instances answer at once, so that a pause this long after the last means that there are no more. */
const pauseMs = 500;
/** Until the first answer: a far server takes longer than the pause between two. */
const firstAnswerMs = 2000;
const longestMs = 5000;

/** What an answer to `$SRV.INFO` must be (ADR-32); whatever else is in it is left alone. */
const InfoSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: limits.participantLength }),
  name: Type.String(),
  version: Type.Optional(Type.Unknown()),
  endpoints: Type.Array(
    Type.Object({
      subject: Type.String({ pattern: "^[!-~]+$", maxLength: limits.subjectLength }),
      metadata: Type.Optional(Type.Unknown()),
    }),
    { maxItems: 1000 },
  ),
});
type Info = Static<typeof InfoSchema>;

/** Has a listener told what the server refuses, until what it returns is called. */
type OnRefusal = (listener: (message: string) => void) => () => void;

/** Asks every service that is running what it serves. @param skip told of each answer left out */
export async function askServices(
  nc: NatsConnection,
  onRefusal: OnRefusal,
  skip: (reason: string) => void,
): Promise<Seen<SeenEndpoint>> {
  const found: SeenEndpoint[] = [];
  const problem = await collect(nc, onRefusal, (data) => {
    const endpoints = endpointsOf(data);
    if (typeof endpoints === "string") skip(`an answer to $SRV.INFO was left out: ${endpoints}`);
    else found.push(...endpoints);
  });
  return { found, problem };
}

/** @returns why there may be more answers, or null */
function collect(
  nc: NatsConnection,
  onRefusal: OnRefusal,
  take: (data: Uint8Array) => void,
): Promise<string | null> {
  return new Promise((resolve) => {
    let answers = 0;
    let bytes = 0;
    let pause = setTimeout(end, firstAnswerMs);
    const whole = setTimeout(
      () => end(`answers to $SRV.INFO still came after ${longestMs} ms`),
      longestMs,
    );
    const inbox = createInbox("_INBOX.charter-watch");
    const subscription = nc.subscribe(inbox, { callback: receive });
    const stopListening = onRefusal((message) => {
      if (message.includes("$SRV.INFO")) end(`$SRV.INFO cannot be asked: ${message}`);
    });
    void nc.closed().then(() => end());
    nc.publish("$SRV.INFO", new Uint8Array(), { reply: inbox });

    function receive(error: Error | null, message: Msg): void {
      const problem =
        error === null ? overflow(message) : `$SRV.INFO cannot be asked: ${error.message}`;
      // The server says so when nobody listens to the question.
      if (problem !== null || message.headers?.code === 503) {
        end(problem);
        return;
      }
      take(message.data);
      clearTimeout(pause);
      pause = setTimeout(end, pauseMs);
    }
    function overflow({ data }: Msg): string | null {
      answers += 1;
      bytes += data.length;
      if (answers <= limits.answersPerLook && bytes <= limits.lookBytes) return null;
      return `more than ${limits.answersPerLook} answers or ${limits.lookBytes} bytes came to $SRV.INFO`;
    }
    function end(problem: string | null = null): void {
      clearTimeout(pause);
      clearTimeout(whole);
      stopListening();
      subscription.unsubscribe();
      resolve(problem);
    }
  });
}

/** Anybody may answer, so nothing of the form is taken for granted. @returns why it is left out */
function endpointsOf(data: Uint8Array): SeenEndpoint[] | string {
  if (data.length > limits.serviceInfoBytes) {
    return `it has ${data.length} bytes, at most ${limits.serviceInfoBytes} are read`;
  }
  let info: unknown;
  try {
    info = JSON.parse(new TextDecoder().decode(data));
  } catch {
    return "it is no JSON";
  }
  if (!Value.Check(InfoSchema, info)) return "it is no answer as ADR-32 describes it";
  const { id, name, version, endpoints } = info as Info;
  if (!isParticipant(name)) return "the service's name has other characters than names have";
  const build = textOf(version, isBuild);
  return endpoints.map(({ subject, metadata }) => ({
    participant: name,
    build,
    instance: id,
    subject,
    ...toldBy(metadata),
  }));
}

function toldBy(
  metadata: unknown,
): Omit<SeenEndpoint, keyof Info | "participant" | "build" | "instance" | "subject"> {
  const told =
    typeof metadata === "object" && metadata !== null ? (metadata as Record<string, unknown>) : {};
  return {
    module: textOf(told["charter.module"], (text) => parseModuleName(text) !== null),
    semver: textOf(told["charter.version"], (text) => semver.valid(text) === text),
    digest: textOf(told["charter.digest"], (text) => /^[!-~]{1,80}$/.test(text)),
    evidence: evidenceOf(told["charter.evidence"]),
  };
}

function textOf(value: unknown, isGood: (text: string) => boolean): string | null {
  return typeof value === "string" && isGood(value) ? value : null;
}

function evidenceOf(value: unknown): Evidence {
  return value === "mock" || value === "reference" ? value : "real";
}
