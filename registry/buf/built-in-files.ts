import type { DescFile } from "@bufbuild/protobuf";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { file_charter_nats_v1_binding } from "../core/gen/charter/nats/v1/binding_pb.js";
import { file_charter_nats_v1_dead_letter } from "../core/gen/charter/nats/v1/dead_letter_pb.js";
import { file_charter_nats_v1_error } from "../core/gen/charter/nats/v1/error_pb.js";
import { file_charter_nats_v1_stream_control } from "../core/gen/charter/nats/v1/stream_control_pb.js";
import { printProto } from "../core/print-proto.ts";
import type { SchemaFile } from "../core/revision/digest.ts";

const supplied: readonly DescFile[] = [
  file_charter_nats_v1_binding,
  file_charter_nats_v1_dead_letter,
  file_charter_nats_v1_error,
  file_charter_nats_v1_stream_control,
  file_buf_validate_validate,
];

/**
 * The files that the registry supplies to whoever imports them: Charter's options and protovalidate's
 * rules. They are printed from their descriptors, which is all that npm has of the rules, and all that
 * the bundled command has of the options.
 */
export function builtInFiles(): readonly SchemaFile[] {
  return supplied.map((file) => ({
    path: `${file.name}.proto`,
    content: printProto(file),
  }));
}
