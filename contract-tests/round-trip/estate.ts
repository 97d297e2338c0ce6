import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { EventContract, ServiceContract, SubjectPattern } from "@charter-nats/runtime";
import fc from "fast-check";
import { demandOf } from "../../registry/core/samples/demand.ts";
import {
  createGenerator,
  type Generator,
  variedMessages,
} from "../../registry/core/samples/messages.ts";
import { judge } from "../../registry/core/samples/oracle.ts";
import { linkSchema, messageType } from "../runner/contract.ts";

const scope = join(import.meta.dirname, "../node_modules/@bodybroker");

/** The contracts of one module as its generated package exports them. */
export interface StubModule {
  readonly name: string;
  readonly services: readonly ServiceContract[];
  readonly events: readonly EventContract[];
  /** Seeded valid messages of a type of the module that fill the parameters of all patterns. */
  samples(desc: DescMessage, patterns: readonly SubjectPattern[], count: number): Message[];
}

/** Every module of the first customer, from its generated package. */
export async function loadEstate(seed: number): Promise<readonly StubModule[]> {
  const names = readdirSync(scope).filter((name) => !name.startsWith("."));
  return Promise.all(names.sort().map((name) => loadModule(name, seed)));
}

async function loadModule(name: string, seed: number): Promise<StubModule> {
  const entry = ["v1", "audit/v1", "training/v1"].filter((path) =>
    existsSync(join(scope, name, "dist/esm", path)),
  );
  const modules = await Promise.all(
    entry.map((path) => import(join(scope, name, "dist/esm", path, "index.js"))),
  );
  const exported = modules.flatMap((module: object) => Object.values(module) as unknown[]);
  const generator = createGenerator(
    linkSchema(readFileSync(join(scope, name, "schema.binpb"))),
    Date.now(),
  );
  return {
    name,
    services: exported.filter((each) => isContract<ServiceContract>(each, "service")),
    events: exported.filter((each) => isContract<EventContract>(each, "event")),
    samples: (desc, patterns, count) => samplesOf(generator, desc, patterns, count, seed),
  };
}

function isContract<C extends { readonly kind: string }>(
  value: unknown,
  kind: C["kind"],
): value is C {
  const has = typeof value === "object" && value !== null && "kind" in value && "release" in value;
  return has && value.kind === kind;
}

function samplesOf(
  generator: Generator,
  { typeName }: DescMessage,
  patterns: readonly SubjectPattern[],
  count: number,
  seed: number,
): Message[] {
  const paths = patterns.flatMap(({ parameters }) => parameters.map(({ field }) => field));
  const demand = demandOf(paths.map((path) => ({ path: path.split("."), token: true })));
  const desc = messageType(generator.schema, typeName);
  return fc
    .sample(variedMessages(generator, desc, demand), { numRuns: 2 * count, seed })
    .filter((message) => judge(generator.schema, desc, message).kind === "valid")
    .slice(0, count);
}
