import { create, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  StructSchema,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { ReadRequestSchema } from "../../testing/gen/lab/v1/cached_pb.js";
import { Level, RangSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { tellSetFields } from "./set-fields.ts";

/** The paths of the fields that are set, with their numbers. */
function setIn(schema: Parameters<typeof tellSetFields>[0], message: Message) {
  const set: Record<string, string> = {};
  tellSetFields(schema, message, ({ path, numbers }) => {
    set[path] = numbers.join(".");
  });
  return set;
}

describe("tellSetFields", () => {
  it("tells what is written through nested messages, lists and maps, with types and numbers", () => {
    const request = create(ReadRequestSchema, {
      meta: { requestId: "r1" },
      ids: ["x"],
      shelves: { low: { width: 2, shelves: { true: { width: 1 } } }, high: {} },
    });
    const told: unknown[] = [];
    tellSetFields(ReadRequestSchema, request, (field) => told.push(field));
    expect(told).toContainEqual({ path: "ids", numbers: [3], type: "repeated string" });
    expect(setIn(ReadRequestSchema, request)).toEqual({
      meta: "1",
      "meta.request_id": "1.1",
      ids: "3",
      shelves: "4",
      "shelves.shelves": "4.2",
      "shelves.shelves.width": "4.2.4",
      "shelves.width": "4.4",
    });
  });

  it("leaves out what does not travel: defaults without presence, and empty lists and maps", () => {
    const rang = create(RangSchema, { room: "", level: Level.UNSPECIFIED, meta: {} });
    expect(setIn(RangSchema, rang)).toEqual({ meta: "3" });
    expect(setIn(ReadRequestSchema, create(ReadRequestSchema, { ids: [], shelves: {} }))).toEqual(
      {},
    );
  });

  it("tells defaults that have a presence: of a oneof, and of proto2", () => {
    const rang = create(RangSchema, { place: { case: "windowId", value: "" } });
    expect(setIn(RangSchema, rang)).toEqual({ window_id: "5" });
    const field = create(FieldDescriptorProtoSchema, {
      number: 0,
      type: FieldDescriptorProto_Type.DOUBLE,
    });
    expect(setIn(FieldDescriptorProtoSchema, field)).toEqual({ number: "3", type: "5" });
  });

  it("tells the same of a message as of its bytes", () => {
    const file = create(FileDescriptorProtoSchema, {
      name: "a.proto",
      messageType: [{ name: "A" }, { nestedType: [{ field: [{ proto3Optional: false }] }] }],
    });
    const set = setIn(FileDescriptorProtoSchema, file);
    expect(set).toMatchObject({ "message_type.nested_type.field.proto3_optional": "4.3.2.17" });
    const received = fromBinary(
      FileDescriptorProtoSchema,
      toBinary(FileDescriptorProtoSchema, file),
    );
    expect(setIn(FileDescriptorProtoSchema, received)).toEqual(set);
  });

  it("ends where a type is within itself without an end", () => {
    let value: object = { kind: { case: "nullValue", value: 0 } };
    for (let depth = 0; depth < 50; depth += 1) {
      value = { kind: { case: "listValue", value: { values: [value] } } };
    }
    const paths = Object.keys(setIn(StructSchema, create(StructSchema, { fields: { a: value } })));
    expect(paths).toHaveLength(16);
  });
});
