import {
  type DescField,
  type DescFile,
  type DescMessage,
  type DescService,
  ScalarType,
} from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import {
  createEcmaScriptPlugin,
  type GeneratedFile,
  getComments,
  type Plugin,
  type Printable,
  type Schema,
} from "@bufbuild/protoplugin";
import type { Binding, EventBinding, Parameter } from "../../registry/core/binding/binding.ts";
import { contractNames } from "./contract-names.ts";
import { contractsPath } from "./package-layout.ts";

type RpcBinding = Exclude<Binding, EventBinding>;

const runtime = "@charter-nats/runtime";
/** The module of the package that tells its release; see `stubPackage`. */
const releaseFile = "./release.js";

/**
 * The protoc plugin that writes `<file>_nats.js` and its declarations: the contracts of the rpcs and
 * events that have bindings, for the runtime to act on.
 */
export function contractPlugin(bindings: readonly Binding[], version: string): Plugin {
  const byRpc = new Map<string, RpcBinding>();
  const byMessage = new Map<string, EventBinding>();
  for (const binding of bindings) {
    if (binding.kind === "event") byMessage.set(binding.messageType, binding);
    else byRpc.set(binding.rpc, binding);
  }
  const generate = (write: typeof writeJs) => (schema: Schema) => {
    for (const file of schema.files) {
      const contracts = contractsIn(file, schema.files, byRpc, byMessage);
      if (contracts.length === 0) continue;
      const generated = schema.generateFile(`${contractsPath(file)}${write.extension}`);
      generated.preamble(file);
      for (const contract of contracts) write(generated, contract);
    }
  };
  return createEcmaScriptPlugin({
    name: "protoc-gen-charter-nats",
    version,
    generateJs: generate(writeJs),
    generateDts: generate(writeDts),
    generateTs() {
      throw new Error("protoc-gen-charter-nats writes js and dts, not ts");
    },
  });
}

interface ServiceToWrite {
  readonly kind: "service";
  readonly name: string;
  readonly service: DescService;
  readonly bindings: ReadonlyMap<string, RpcBinding>;
}

interface EventToWrite {
  readonly kind: "event";
  readonly name: string;
  readonly message: DescMessage;
  readonly binding: EventBinding;
}

type ContractToWrite = ServiceToWrite | EventToWrite;

function contractsIn(
  file: DescFile,
  all: readonly DescFile[],
  byRpc: ReadonlyMap<string, RpcBinding>,
  byMessage: ReadonlyMap<string, EventBinding>,
): ContractToWrite[] {
  const samePackage = all.filter((each) => each.proto.package === file.proto.package);
  const nameOf = contractNames(samePackage);
  const contracts: ContractToWrite[] = [];
  for (const service of file.services) {
    const bindings = new Map(
      service.methods.flatMap((method) => {
        const binding = byRpc.get(`${service.typeName}.${method.name}`);
        return binding === undefined ? [] : [[method.name, binding] as const];
      }),
    );
    if (bindings.size > 0) {
      contracts.push({ kind: "service", name: nameOf(service), service, bindings });
    }
  }
  for (const message of nestedTypes(file)) {
    if (message.kind !== "message") continue;
    const binding = byMessage.get(message.typeName);
    if (binding !== undefined) {
      contracts.push({ kind: "event", name: nameOf(message), message, binding });
    }
  }
  return contracts;
}

function writeJs(f: GeneratedFile, contract: ContractToWrite): void {
  const release = f.import("release", releaseFile);
  f.print(f.jsDoc(describe(contract)));
  if (contract.kind === "event") {
    const { pattern: subject, stream, ...policies } = contract.binding;
    f.print(
      ...[f.export("const", contract.name), " = /*@__PURE__*/ ", f.import("defineEvent", runtime)],
      ...["(", f.importSchema(contract.message), ", ", release, ", {"],
    );
    f.print("  subject: ", f.string(subject), ",");
    f.print("  stream: ", literal(stream), ",");
    f.print("  compression: ", literal(policies.compression), ",");
    f.print("  encryption: ", literal(policies.encryption), ",");
    f.print("  deadLetterSubject: ", literal(policies.deadLetterSubject), ",");
    f.print("});");
  } else {
    f.print(
      ...[
        f.export("const", contract.name),
        " = /*@__PURE__*/ ",
        f.import("defineService", runtime),
      ],
      ...["(", f.importSchema(contract.service), ", ", release, ", {"],
    );
    for (const method of contract.service.methods) {
      const binding = contract.bindings.get(method.name);
      if (binding === undefined) continue;
      f.print("  ", method.localName, ": ", literal(rpcDefinition(binding)), ",");
    }
    f.print("});");
  }
  f.print();
}
writeJs.extension = ".js";

function writeDts(f: GeneratedFile, contract: ContractToWrite): void {
  f.print(f.jsDoc(describe(contract)));
  if (contract.kind === "event") {
    f.print(
      ...[f.export("declare const", contract.name), ": ", f.import("EventContract", runtime, true)],
      ...["<typeof ", f.importSchema(contract.message, true), ", "],
      ...[parametersType(f, contract), ", ", streamType(f, contract), ">;"],
    );
  } else {
    f.print(
      ...[f.export("declare const", contract.name), ": "],
      ...[f.import("ServiceContract", runtime, true), "<{"],
    );
    for (const method of contract.service.methods) {
      const binding = contract.bindings.get(method.name);
      if (binding === undefined) continue;
      const kind = binding.kind === "request" ? "RequestContract" : "StreamingContract";
      f.print(f.jsDoc(`${commentOf(method)}${describeBinding(binding)}${mark(method)}`, "  "));
      f.print(
        ...["  readonly ", method.localName, ": ", f.import(kind, runtime, true)],
        ...["<typeof ", f.importSchema(method.input, true)],
        ...[", typeof ", f.importSchema(method.output, true), ">;"],
      );
    }
    f.print("}>;");
  }
  f.print();
}
writeDts.extension = ".d.ts";

/** What the runtime's `defineService` wants of an rpc. */
function rpcDefinition(binding: RpcBinding): object {
  const { kind, pattern: subject, queueGroup, deadlineMs, idempotency } = binding;
  const { compression, encryption } = binding;
  const common = { kind, subject, queueGroup, deadlineMs, idempotency, compression, encryption };
  return binding.kind === "request"
    ? { ...common, replySubject: binding.replySubject, cache: binding.cache }
    : {
        ...common,
        framesSubject: binding.framesPattern,
        idleTimeoutMs: binding.idleTimeoutMs,
      };
}

/** JSON is an expression in every module kind. */
function literal(value: object | string | null): string {
  return JSON.stringify(value);
}

/** No parameter is a record without keys: the type `{}` would take any object. */
function parametersType(f: GeneratedFile, { message, binding }: EventToWrite): Printable[] {
  if (binding.parameters.length === 0) return ["Record<string, never>"];
  const members = binding.parameters.map((parameter): Printable[] => {
    const { name, type } = parameterType(message, parameter);
    return ["  readonly ", f.string(name), ": ", type, ";\n"];
  });
  return ["{\n", ...members, "}"];
}

/** Whether a stream keeps the event, which says what the runtime can do with it. */
function streamType(f: GeneratedFile, { binding }: EventToWrite): Printable {
  return binding.stream === null ? "null" : f.import("StreamPolicy", runtime, true);
}

/** The key and the type of a parameter, as the runtime's `subscribe` takes it. */
function parameterType(
  message: DescMessage,
  parameter: Parameter,
): { name: string; type: Printable } {
  const path: string[] = [];
  let at: DescMessage | undefined = message;
  let type: Printable = "string";
  for (const part of parameter.field.split(".")) {
    const field: DescField | undefined = at?.fields.find((each) => each.name === part);
    if (field === undefined) throw new Error(`${message.typeName} has no field ${parameter.field}`);
    path.push(field.localName);
    at = field.message;
    if (field.enum !== undefined) type = { kind: "es_shape_ref", desc: field.enum };
    else if (field.fieldKind === "scalar") type = scalarType(field.scalar, field.longAsString);
  }
  return { name: path.join("."), type };
}

function scalarType(scalar: ScalarType, longAsString: boolean): string {
  switch (scalar) {
    case ScalarType.STRING:
      return "string";
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return longAsString ? "string" : "bigint";
    default:
      return "number";
  }
}

function describe(contract: ContractToWrite): string {
  const desc = contract.kind === "event" ? contract.message : contract.service;
  const subject = contract.kind === "event" ? `${describeBinding(contract.binding)}\n\n` : "";
  return `${commentOf(desc)}${subject}The contract of ${desc.toString()}.${mark(desc)}`;
}

function describeBinding(binding: Binding): string {
  switch (binding.kind) {
    case "event":
      return binding.stream === null
        ? `Subject \`${binding.pattern}\`.`
        : `Subject \`${binding.pattern}\`, kept in the stream ${binding.stream.name}.`;
    case "request":
      return `Subject \`${binding.pattern}\`, answered within ${binding.deadlineMs} ms.`;
    case "streaming":
      return `Subject \`${binding.pattern}\`, first frame within ${binding.deadlineMs} ms.`;
  }
}

/** The comment above something in the `.proto`, as lines of a documentation comment. */
function commentOf(desc: Parameters<typeof getComments>[0]): string {
  const text = getComments(desc).leading?.trimEnd() ?? "";
  return text === "" ? "" : `${text.replace(/^ /gm, "")}\n\n`;
}

function mark(desc: { readonly deprecated: boolean }): string {
  return desc.deprecated ? "\n\n@deprecated" : "";
}
