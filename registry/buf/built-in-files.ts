import {
  clearExtension,
  clone,
  createFileRegistry,
  type DescFile,
  hasExtension,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import {
  file_buf_validate_validate,
  predefined,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { file_charter_nats_v1_binding } from "../core/gen/charter/nats/v1/binding_pb.js";
import { file_charter_nats_v1_dead_letter } from "../core/gen/charter/nats/v1/dead_letter_pb.js";
import { file_charter_nats_v1_error } from "../core/gen/charter/nats/v1/error_pb.js";
import { file_charter_nats_v1_stream_control } from "../core/gen/charter/nats/v1/stream_control_pb.js";
import { printProto } from "../core/print-proto.ts";
import type { SchemaFile } from "../core/revision/digest.ts";

/** A file that the registry supplies to whoever imports it. */
export interface BuiltInFile extends SchemaFile {
  /** The `FileDescriptorProto` that stands in an image for what the content compiles to. */
  readonly descriptor?: Uint8Array;
}

/**
 * Charter's options and protovalidate's rules. They are printed from their descriptors, which is all
 * that npm has of the rules, and all that the bundled command has of the options.
 */
export function builtInFiles(): readonly BuiltInFile[] {
  return [
    printed(file_charter_nats_v1_binding),
    printed(file_charter_nats_v1_dead_letter),
    printed(file_charter_nats_v1_error),
    printed(file_charter_nats_v1_stream_control),
    {
      ...printed(withoutPredefined(file_buf_validate_validate)),
      descriptor: toBinary(FileDescriptorProtoSchema, file_buf_validate_validate.proto),
    },
  ];
}

function printed(file: DescFile): SchemaFile {
  return { path: `${file.name}.proto`, content: printProto(file) };
}

/**
 * The file without the CEL expressions that define its rules: nine tenths of its text, of which
 * nobody's file refers to anything. buf would spend a quarter of a usual compilation on them.
 */
function withoutPredefined(file: DescFile): DescFile {
  const proto = clone(FileDescriptorProtoSchema, file.proto);
  clearPredefined(proto.messageType);
  const set = {
    $typeName: FileDescriptorSetSchema.typeName,
    file: [...file.dependencies.map((each) => each.proto), proto],
  };
  const lean = createFileRegistry(set).getFile(proto.name);
  if (lean === undefined) throw new Error(`${proto.name} is not in its own registry`);
  return lean;
}

function clearPredefined(messages: readonly DescriptorProto[]): void {
  for (const message of messages) {
    for (const { options } of message.field) {
      if (options !== undefined && hasExtension(options, predefined)) {
        clearExtension(options, predefined);
      }
    }
    clearPredefined(message.nestedType);
  }
}
