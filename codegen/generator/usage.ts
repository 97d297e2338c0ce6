import type { DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import type { Binding, EventBinding } from "../../registry/core/binding/binding.ts";
import { contractNames, identifierOf } from "./contract-names.ts";
import type { PackageEntry } from "./package-layout.ts";

/** What the examples of a package's README are about. */
export interface UsageInput {
  /** `@bodybroker/npc`. */
  readonly npmPackage: string;
  readonly entries: readonly PackageEntry[];
  readonly bindings: readonly Binding[];
}

/**
 * Examples with the names of the package itself: its first service called and served, its first
 * event published and listened to. They compile as they stand. Empty for a module without bindings.
 */
export function writeUsage(input: UsageInput): string {
  const service = firstService(input);
  const event = firstEvent(input);
  const examples = [
    ...(service === null ? [] : [callExample(service), serveExample(service)]),
    ...(event === null ? [] : [eventExample(event)]),
  ];
  if (examples.length === 0) return "";
  return [
    "## Use\n\n",
    "`nc` is a connection of `@nats-io/transport-node` 3.x or of `nats` 2.29. Messages are those of protobuf-es; ",
    "`{}` stands for their fields.\n\n",
    examples.map((example) => `\`\`\`ts\n${example}\`\`\`\n`).join("\n"),
    "\nDeadlines, errors, streams, caching, encryption and tracing: the README of `@charter-nats/runtime`, ",
    "which comes with this package.\n\n",
  ].join("");
}

interface ServiceUsage {
  readonly from: string;
  readonly contract: string;
  readonly service: DescService;
  /** Those with bindings, in the order of the file. */
  readonly methods: readonly DescMethod[];
}

function firstService({ npmPackage, entries, bindings }: UsageInput): ServiceUsage | null {
  const bound = new Set(bindings.flatMap((each) => (each.kind === "event" ? [] : [each.rpc])));
  for (const entry of entries) {
    const nameOf = contractNames(entry.files);
    for (const service of entry.files.flatMap((file) => file.services)) {
      const methods = service.methods.filter(({ name }) =>
        bound.has(`${service.typeName}.${name}`),
      );
      if (methods.length === 0) continue;
      const from = `${npmPackage}/${entry.subpath}`;
      return { from, contract: nameOf(service), service, methods };
    }
  }
  return null;
}

interface EventUsage {
  readonly from: string;
  readonly contract: string;
  readonly binding: EventBinding;
}

function firstEvent({ npmPackage, entries, bindings }: UsageInput): EventUsage | null {
  const bound = new Map(
    bindings.flatMap((each) => (each.kind === "event" ? [[each.messageType, each]] : [])),
  );
  for (const entry of entries) {
    const nameOf = contractNames(entry.files);
    for (const message of entry.files.flatMap((file) => [...nestedTypes(file)])) {
      const binding = message.kind === "message" ? bound.get(message.typeName) : undefined;
      if (binding === undefined) continue;
      const from = `${npmPackage}/${entry.subpath}`;
      return { from, contract: nameOf(message as DescMessage), binding };
    }
  }
  return null;
}

function callExample({ from, contract, methods }: ServiceUsage): string {
  const [method] = methods;
  if (method === undefined) return "";
  const call = `client.${method.localName}(request)`;
  const schema = `${identifierOf(method.input)}Schema`;
  return [
    'import type { MessageInitShape } from "@bufbuild/protobuf";\n',
    'import { createClient } from "@charter-nats/runtime";\n',
    `import { ${contract}, type ${schema} } from "${from}";\n\n`,
    `const client = createClient(${contract}, nc);\n`,
    `const request: MessageInitShape<typeof ${schema}> = {};\n`,
    method.methodKind === "unary"
      ? `const reply = await ${call};\n`
      : `for await (const frame of ${call}) console.log(frame);\n`,
  ].join("");
}

function serveExample({ from, contract, methods }: ServiceUsage): string {
  return [
    'import { serve } from "@charter-nats/runtime";\n',
    `import { ${contract} } from "${from}";\n\n`,
    `const running = await serve(nc, ${contract}, {\n`,
    ...methods.map(({ localName, methodKind }) =>
      methodKind === "unary"
        ? `  async ${localName}(request, context) {\n    return {};\n  },\n`
        : `  async *${localName}(request, context) {\n    yield {};\n  },\n`,
    ),
    "});\n",
    'process.once("SIGTERM", () => running.stop());\n',
  ].join("");
}

function eventExample({ from, contract, binding }: EventUsage): string {
  const read = binding.stream === null ? "subscribe" : "consume";
  return [
    `import { ${read === "consume" ? "consume, publish" : "publish, subscribe"} } from "@charter-nats/runtime";\n`,
    `import { ${contract} } from "${from}";\n\n`,
    `await publish(nc, ${contract}, {});\n`,
    binding.stream === null
      ? `await subscribe(nc, ${contract}, {}, (event) => console.log(event));\n`
      : `// A durable consumer of the stream ${binding.stream.name}, which \`charter stream apply\` provides.\n` +
        `await consume(nc, ${contract}, { durable: "my-consumer" }, (event) => console.log(event));\n`,
  ].join("");
}
