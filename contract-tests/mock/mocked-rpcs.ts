import {
  type DescMessage,
  type DescService,
  fromBinary,
  type Message,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type Connection,
  defineService,
  type Handlers,
  type MethodDefinition,
  type RunningService,
  type ServiceContract,
  serve,
} from "@charter-nats/runtime";
import fc from "fast-check";
import type { RequestBinding, StreamingBinding } from "../../registry/core/binding/binding.ts";
import { type Generator, variedMessages } from "../../registry/core/samples/messages.ts";
import { judge } from "../../registry/core/samples/oracle.ts";
import { type ContractUnderTest, messageType } from "../runner/contract.ts";
import { subjectOf } from "../runner/subjects.ts";
import { damagedPayloads } from "./damaged-payloads.ts";
import { createEcho } from "./echo.ts";
import type { FaultyRpc } from "./faulty-connection.ts";
import { seededHash } from "./seeded-hash.ts";

export type MockedBinding = RequestBinding | StreamingBinding;

/** A service of a contract, with its rpcs that are bound to subjects. */
export interface MockedService {
  readonly desc: DescService;
  readonly bindings: readonly MockedBinding[];
}

/** Replies that are made beforehand for each rpc. */
const repliesPerRpc = 32;
/** How many of them answer one streaming request. */
const framesPerCall = 3;

export function servicesOf({ schema }: Generator, contract: ContractUnderTest): MockedService[] {
  const byService = new Map<string, MockedBinding[]>();
  for (const binding of contract.bindings) {
    if (binding.kind === "event") continue;
    const name = binding.rpc.slice(0, binding.rpc.lastIndexOf("."));
    byService.set(name, [...(byService.get(name) ?? []), binding]);
  }
  return [...byService].map(([name, bindings]) => {
    const desc = schema.registry.getService(name);
    if (desc === undefined) throw new Error(`The descriptors of ${contract.module} lack ${name}.`);
    return { desc, bindings };
  });
}

export interface RpcSettings {
  readonly seed: number;
  /** What `$SRV.INFO` says of the service. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Serves the rpcs of one service with generated replies: equal requests have equal replies. */
export async function serveRpcs(
  nc: Connection,
  { module, semver, digest }: ContractUnderTest,
  generator: Generator,
  { desc, bindings }: MockedService,
  { seed, metadata }: RpcSettings,
): Promise<RunningService> {
  const methods = bindings.map((binding) => {
    const method = desc.methods.find((each) => binding.rpc.endsWith(`.${each.name}`));
    if (method === undefined) throw new Error(`${desc.typeName} has no rpc for ${binding.rpc}.`);
    const { input, output } = method;
    const replies = repliesOf(generator, output, seed);
    const echo = createEcho(generator.schema, input, output);
    const answer = (request: Message, turn: number) => {
      const first = seededHash(seed, toBinary(input, request));
      return echo(request, replies[(first + turn) % replies.length] as Message);
    };
    const handler =
      binding.kind === "request"
        ? (request: Message) => answer(request, 0)
        : (request: Message) => framesOf((turn) => answer(request, turn));
    return { name: method.localName, definition: definitionOf(binding), handler };
  });
  const contract = defineService(
    desc,
    { module, semver, digest },
    Object.fromEntries(methods.map(({ name, definition }) => [name, definition])),
  );
  // The names come from the same list as the contract's methods.
  const handlers = Object.fromEntries(
    methods.map(({ name, handler }) => [name, handler]),
  ) as Handlers<ServiceContract>;
  return serve(nc, contract, handlers, {
    evidence: "mock",
    description: `a mock of ${desc.typeName}, made from the contract of ${module} ${semver}`,
    metadata,
  });
}

function definitionOf(binding: MockedBinding): MethodDefinition {
  const { pattern: subject, ...definition } = binding;
  return definition.kind === "request"
    ? { ...definition, subject }
    : { ...definition, subject, framesSubject: definition.framesPattern };
}

async function* framesOf(answer: (turn: number) => Message): AsyncGenerator<Message> {
  for (let sent = 0; sent < framesPerCall; sent += 1) yield answer(sent);
}

function repliesOf(generator: Generator, desc: DescMessage, seed: number): Message[] {
  const samples = fc.sample(variedMessages(generator, desc), { numRuns: repliesPerRpc, seed });
  const valid = samples.filter(
    (message) => judge(generator.schema, desc, message).kind === "valid",
  );
  if (valid.length === 0) throw new Error(`No valid ${desc.typeName} could be made for a reply.`);
  return valid;
}

/** What the answers of an rpc can be made into. */
export function faultyRpc(
  generator: Generator,
  binding: MockedBinding,
  others: readonly DescMessage[],
  seed: number,
): FaultyRpc {
  const input = messageType(generator.schema, binding.messageType);
  const output = messageType(generator.schema, binding.replyType);
  return {
    binding,
    damaged: damagedPayloads(generator, output, others, seed),
    framesSubject(request) {
      if (binding.kind === "request" || binding.framesPattern === null) return null;
      const { framesPattern: pattern, framesParameters: parameters } = binding;
      try {
        return subjectOf({ ...binding, pattern, parameters }, input, fromBinary(input, request));
      } catch {
        // It will be refused, which goes to the inbox.
        return null;
      }
    },
  };
}
