import { type NatsConnection, NoRespondersError, RequestError } from "@nats-io/nats-core";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { isParticipant } from "../../core/deployment/deployment.ts";
import type { Seen, SeenConsumer } from "../../core/deployment/sighting.ts";
import { limits } from "../../core/limits.ts";

const Name = Type.String({ pattern: "^[^\\s.*>]+$", maxLength: 255 });
const Filter = Type.String({ pattern: "^[!-~]+$", maxLength: limits.subjectLength });

/** What is read of JetStream's answers; the rest of them is left alone. */
const StreamPage = Type.Object({
  total: Type.Integer({ minimum: 0 }),
  streams: Type.Union([
    Type.Null(),
    Type.Array(
      Type.Object({
        config: Type.Object({
          name: Name,
          subjects: Type.Optional(Type.Union([Type.Null(), Type.Array(Filter)])),
          mirror: Type.Optional(Type.Object({ name: Name })),
          sources: Type.Optional(Type.Array(Type.Object({ name: Name }))),
        }),
      }),
    ),
  ]),
});
const ConsumerPage = Type.Object({
  total: Type.Integer({ minimum: 0 }),
  consumers: Type.Union([
    Type.Null(),
    Type.Array(
      Type.Object({
        config: Type.Object({
          durable_name: Type.Optional(Name),
          filter_subject: Type.Optional(Type.Union([Type.Literal(""), Filter])),
          filter_subjects: Type.Optional(Type.Union([Type.Null(), Type.Array(Filter)])),
        }),
        num_waiting: Type.Optional(Type.Integer()),
        push_bound: Type.Optional(Type.Boolean()),
      }),
    ),
  ]),
});
type Stream = NonNullable<Static<typeof StreamPage>["streams"]>[number]["config"];
type Consumer = NonNullable<Static<typeof ConsumerPage>["consumers"]>[number];

/** Why JetStream cannot be asked, but for that it is not there. */
class JetStreamProblem extends Error {}

/**
 * Lists the consumers of all streams that keep messages of services. Only `$JS.API.STREAM.LIST` and
 * `$JS.API.CONSUMER.LIST.*` are asked.
 *
 * @param skip told of each consumer left out
 */
export async function listConsumers(
  nc: NatsConnection,
  skip: (reason: string) => void,
): Promise<Seen<SeenConsumer>> {
  const found: SeenConsumer[] = [];
  try {
    const streams = await pages(limits.streamsPerLook, (offset) =>
      ask(nc, "STREAM.LIST", offset, StreamPage, ({ streams }) => streams),
    );
    const byName = new Map(streams.map(({ config }) => [config.name, config]));
    for (const { config } of streams) {
      const subjects = subjectsOf(config, byName);
      // What begins with a dollar sign is NATS's own: buckets, objects, advisories.
      if (subjects.every((each) => each.startsWith("$"))) continue;
      const room = limits.consumersPerLook - found.length;
      const consumers = await pages(room, (offset) =>
        ask(nc, `CONSUMER.LIST.${config.name}`, offset, ConsumerPage, (page) => page.consumers),
      );
      for (const each of consumers) {
        const seen = seenConsumer(each, config.name, subjects);
        if (isParticipant(seen.participant)) found.push(seen);
        else skip("a consumer was left out: its name has other characters than names have");
      }
    }
    return { found, problem: null };
  } catch (error) {
    if (error instanceof NotThere) return { found, problem: null };
    if (error instanceof JetStreamProblem) return { found, problem: error.message };
    throw error;
  }
}

function seenConsumer(
  { config, num_waiting = 0, push_bound = false }: Consumer,
  stream: string,
  streamSubjects: readonly string[],
): SeenConsumer {
  const { durable_name, filter_subject, filter_subjects } = config;
  const one = filter_subject === undefined || filter_subject === "" ? [] : [filter_subject];
  return {
    participant: durable_name ?? `${stream}.ephemeral`,
    streamSubjects,
    filters: [...one, ...(filter_subjects ?? [])],
    isRead: push_bound || num_waiting > 0,
  };
}

/** What a stream keeps, also what it takes from other streams. */
function subjectsOf(
  stream: Stream,
  byName: ReadonlyMap<string, Stream>,
  seen: ReadonlySet<string> = new Set(),
): readonly string[] {
  if (seen.has(stream.name)) return [];
  const above = new Set([...seen, stream.name]);
  const origins = [
    ...(stream.mirror === undefined ? [] : [stream.mirror]),
    ...(stream.sources ?? []),
  ];
  const taken = origins.flatMap(({ name }) => {
    const origin = byName.get(name);
    return origin === undefined ? [] : subjectsOf(origin, byName, above);
  });
  return [...new Set([...(stream.subjects ?? []), ...taken])];
}

/** All pages of a listing. */
async function pages<T>(
  most: number,
  page: (offset: number) => Promise<{ readonly total: number; readonly items: readonly T[] }>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (;;) {
    const { total, items } = await page(all.length);
    all.push(...items);
    if (all.length > most) {
      throw new JetStreamProblem(
        `it has over ${limits.streamsPerLook} streams or ${limits.consumersPerLook} consumers; the rest was not looked at`,
      );
    }
    if (items.length === 0 || all.length >= total) return all;
  }
}

/** JetStream is not enabled, so it has no consumers. */
class NotThere extends Error {}

/** `err_code` of "JetStream not enabled for account". */
const notEnabled = 10039;
/** `err_code` of "stream not found": it was deleted since it was listed. */
const streamNotFound = 10059;

const Refusal = Type.Object({
  error: Type.Object({
    err_code: Type.Optional(Type.Integer()),
    description: Type.Optional(Type.String()),
  }),
});

async function ask<T extends TSchema, Item>(
  nc: NatsConnection,
  subject: string,
  offset: number,
  schema: T,
  itemsOf: (page: Static<T>) => readonly Item[] | null,
): Promise<{ total: number; items: readonly Item[] }> {
  const answer = await request(nc, `$JS.API.${subject}`, JSON.stringify({ offset }));
  if (Value.Check(Refusal, answer)) {
    const { err_code, description = "an error" } = (answer as Static<typeof Refusal>).error;
    if (err_code === notEnabled) throw new NotThere();
    if (err_code === streamNotFound) return { total: 0, items: [] };
    throw new JetStreamProblem(`JetStream answers ${description.slice(0, 200)} to ${subject}`);
  }
  if (!Value.Check(schema, answer)) {
    throw new JetStreamProblem(`JetStream answers ${subject} in an unknown form`);
  }
  const page = answer as Static<T> & { total: number };
  return { total: page.total, items: itemsOf(page) ?? [] };
}

async function request(nc: NatsConnection, subject: string, body: string): Promise<unknown> {
  try {
    const { data } = await nc.request(subject, body, { timeout: limits.natsMs });
    if (data.length > limits.jetStreamAnswerBytes) {
      throw new JetStreamProblem(`JetStream answers with ${data.length} bytes to ${subject}`);
    }
    return JSON.parse(new TextDecoder().decode(data));
  } catch (error) {
    if (error instanceof JetStreamProblem) throw error;
    if (error instanceof RequestError && error.isNoResponders()) throw new NotThere();
    if (error instanceof NoRespondersError) throw new NotThere();
    const reason = error instanceof Error ? error.message : String(error);
    throw new JetStreamProblem(`JetStream does not answer ${subject}: ${reason}`, { cause: error });
  }
}
