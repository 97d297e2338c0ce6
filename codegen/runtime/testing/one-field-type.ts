import {
  create,
  createFileRegistry,
  type DescMessage,
  type MessageInitShape,
  setExtension,
} from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  type FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_duration,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from "@bufbuild/protobuf/wkt";
import {
  type FieldRulesSchema,
  field as fieldOption,
  FieldRulesSchema as rulesSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/** How the field stands in its message. */
export type Standing = "implicit" | "optional" | "repeated" | "in a oneof";

export interface OneField {
  readonly type: FieldDescriptorProto_Type;
  /** The full name of a message type of Google's: `google.protobuf.Duration`. */
  readonly typeName?: string | undefined;
  readonly standing: Standing;
  readonly rules: MessageInitShape<typeof FieldRulesSchema>;
}

let types = 0;

/** A message type of its own whose only field is `v`. */
export function oneFieldType({ type, typeName, standing, rules }: OneField): DescMessage {
  const options = create(FieldOptionsSchema);
  setExtension(options, fieldOption, create(rulesSchema, rules));
  const isChoice = standing === "optional" || standing === "in a oneof";
  const field = create(FieldDescriptorProtoSchema, {
    ...{ name: "v", number: 1, type, options, proto3Optional: standing === "optional" },
    ...(typeName === undefined ? {} : { typeName: `.${typeName}` }),
    ...(isChoice ? { oneofIndex: 0 } : {}),
    label: FieldDescriptorProto_Label[standing === "repeated" ? "REPEATED" : "OPTIONAL"],
  });
  types += 1;
  const name = `OneField${types}`;
  const google = [
    file_google_protobuf_duration,
    file_google_protobuf_timestamp,
    file_google_protobuf_wrappers,
  ];
  const file = create(FileDescriptorProtoSchema, {
    ...{ name: `${name}.proto`, syntax: "proto3" },
    dependency: google.map((each) => `${each.name}.proto`),
    messageType: [{ name, field: [field], oneofDecl: isChoice ? [{ name: "choice" }] : [] }],
  });
  const registry = createFileRegistry(file, (path) =>
    google.find((each) => `${each.name}.proto` === path),
  );
  const desc = registry.getMessage(name);
  if (desc === undefined) throw new Error(`${name} was not built`);
  return desc;
}
