import { type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { type EventContract, headerNames, type ServiceContract } from "@charter-nats/runtime";
import { ErrorSchema } from "@charter-nats/runtime/charter/nats/v1/error_pb.js";
import { StreamControlSchema } from "@charter-nats/runtime/charter/nats/v1/stream_control_pb.js";
import type { Msg, NatsConnection } from "@nats-io/transport-node";

/** What was seen on the bus. */
export interface Capture {
  readonly messages: readonly Msg[];
  /** Those that are not what their subject is bound to, for a person to read. */
  strangers(): string[];
}

/** Subscribes to everything, and resolves once the server has the subscription. */
export async function captureBus(
  nc: NatsConnection,
  contracts: readonly (ServiceContract | EventContract)[],
): Promise<Capture> {
  const messages: Msg[] = [];
  nc.subscribe(">", { callback: (_, message) => void messages.push(message) });
  await nc.flush();
  return { messages, strangers: () => strangersIn(messages, contracts) };
}

/** `null` stands for what belongs to NATS itself: discovery, JetStream and its acknowledgements. */
type Bound = DescMessage | null;

function strangersIn(
  messages: readonly Msg[],
  contracts: readonly (ServiceContract | EventContract)[],
): string[] {
  const bound = bindingsOf(contracts);
  const answers = new Map<string, Bound>();
  return messages.flatMap((message) => {
    const type = typeOn(message.subject, bound, answers);
    if (type === undefined) return [`${message.subject} is bound to nothing`];
    if (message.reply !== undefined && message.reply !== "") {
      answers.set(message.reply, type === null ? null : (type.answer ?? null));
    }
    return type === null || isA(type.message, message)
      ? []
      : [`${message.subject} carries no ${type.message.typeName}`];
  });
}

/** What travels on a subject, and what answers it. */
interface Travelling {
  readonly message: DescMessage;
  readonly answer: DescMessage | null;
}

function typeOn(
  subject: string,
  bound: readonly (Travelling & { readonly matches: RegExp })[],
  answers: ReadonlyMap<string, Bound>,
): Travelling | null | undefined {
  if (subject.startsWith("$SRV.") || subject.startsWith("$JS.")) return null;
  if (subject.startsWith("_CHARTER.ctl.")) return { message: StreamControlSchema, answer: null };
  const answer = answers.get(subject);
  if (answer === null) return null;
  if (answer !== undefined) return { message: answer, answer: null };
  return bound.find(({ matches }) => matches.test(subject));
}

function bindingsOf(contracts: readonly (ServiceContract | EventContract)[]) {
  return contracts.flatMap((contract) => {
    if (contract.kind === "event") {
      return [{ matches: matcher(contract.subject), message: contract.schema, answer: null }];
    }
    return Object.values(contract.methods).flatMap((method) => {
      const { input: message, output: answer } = method;
      const requests = { matches: matcher(method.subject), message, answer };
      if (method.kind === "request" || method.framesSubject === null) return [requests];
      const frames = { matches: matcher(method.framesSubject), message: answer, answer: null };
      return [requests, frames];
    });
  });
}

function matcher({ wildcard }: EventContract["subject"]): RegExp {
  return new RegExp(`^${wildcard.replaceAll(".", "\\.").replaceAll("*", "[^.]+")}$`);
}

/** Unknown fields are a sign of something else: JSON now and then decodes as one of them. */
function isA(desc: DescMessage, { data, headers }: Msg): boolean {
  // The server's own word that nobody listens.
  if (headers?.code === 503) return true;
  if (headers?.has(headerNames.eos) === true) return data.length === 0;
  const type = headers?.has(headerNames.errorCode) === true ? ErrorSchema : desc;
  try {
    return fromBinary(type, data).$unknown === undefined;
  } catch {
    return false;
  }
}
