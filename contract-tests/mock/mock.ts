import type { DescMessage, DescService, Message } from "@bufbuild/protobuf";
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
import {
  createGenerator,
  type Generator,
  variedMessages,
} from "../../registry/core/samples/messages.ts";
import { judge } from "../../registry/core/samples/oracle.ts";
import type { Schema } from "../../registry/core/samples/schema.ts";
import { type ContractUnderTest, linkSchema } from "../runner/contract.ts";

export interface MockOptions {
  /** Chooses the replies. The same seed gives the same replies. */
  readonly seed?: number;
  /** What its endpoints say in `$SRV.INFO`: nobody shall take a mock for the service. */
  readonly evidence: "mock";
}

export interface RunningMock {
  stop(): Promise<void>;
}

/** Replies that are made beforehand for each rpc, and then given in turn. */
const repliesPerRpc = 32;
/** How many of them answer one streaming request. */
const framesPerCall = 3;

/**
 * Serves every rpc of the contracts from nothing but the contracts: it checks requests as every
 * Charter service does, and answers with generated messages that keep the rules. Rejects when no
 * valid reply of a type can be made.
 */
export async function startMock(
  nc: Connection,
  contracts: readonly ContractUnderTest[],
  options: MockOptions,
): Promise<RunningMock> {
  const running: RunningService[] = [];
  const stop = async () => {
    await Promise.all(running.map((service) => service.stop()));
  };
  try {
    for (const contract of contracts) {
      const schema = linkSchema(contract.descriptors);
      for (const service of servicesOf(schema, contract)) {
        running.push(await serveMock(nc, contract, schema, service, options));
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

type MockedBinding = RequestBinding | StreamingBinding;

interface MockedService {
  readonly desc: DescService;
  readonly bindings: readonly MockedBinding[];
}

function servicesOf(schema: Schema, contract: ContractUnderTest): MockedService[] {
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

async function serveMock(
  nc: Connection,
  { module, semver, digest }: ContractUnderTest,
  schema: Schema,
  { desc, bindings }: MockedService,
  { seed = 1, evidence }: MockOptions,
): Promise<RunningService> {
  const generator = createGenerator(schema, Date.now());
  const methods = bindings.map((binding) => {
    const method = desc.methods.find((each) => binding.rpc.endsWith(`.${each.name}`));
    if (method === undefined) throw new Error(`${desc.typeName} has no rpc for ${binding.rpc}.`);
    const replies = repliesOf(generator, method.output, seed);
    let turn = 0;
    const answer = () => replies[turn++ % replies.length] as Message;
    const handler = binding.kind === "request" ? answer : () => framesOf(answer);
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
    evidence,
    description: `a mock of ${desc.typeName}, made from the contract of ${module} ${semver}`,
  });
}

function definitionOf(binding: MockedBinding): MethodDefinition {
  const { pattern: subject, ...definition } = binding;
  return definition.kind === "request"
    ? { ...definition, subject }
    : { ...definition, subject, framesSubject: definition.framesPattern };
}

async function* framesOf(answer: () => Message): AsyncGenerator<Message> {
  for (let sent = 0; sent < framesPerCall; sent += 1) yield answer();
}

function repliesOf(generator: Generator, desc: DescMessage, seed: number): Message[] {
  const samples = fc.sample(variedMessages(generator, desc), { numRuns: repliesPerRpc, seed });
  const valid = samples.filter(
    (message) => judge(generator.schema, desc, message).kind === "valid",
  );
  if (valid.length === 0) throw new Error(`No valid ${desc.typeName} could be made for a reply.`);
  return valid;
}
