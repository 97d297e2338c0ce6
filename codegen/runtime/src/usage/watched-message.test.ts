import {
  clone,
  create,
  equals,
  isFieldSet,
  type Message,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import {
  type ReadRequest,
  ReadRequestSchema,
  ShelfSchema,
} from "../../testing/gen/lab/v1/cached_pb.js";
import { type Rang, RangSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { watchedMessage } from "./watched-message.ts";

/** What is read of a message by an application. */
function readsOf<M extends Message>(
  schema: Parameters<typeof watchedMessage>[0],
  message: M,
  application: (watched: M) => unknown,
): Readonly<Record<string, string>> {
  const reads: Record<string, string> = {};
  application(
    watchedMessage(schema, message, ({ path, type }) => {
      reads[path] = type;
    }),
  );
  return reads;
}

const request: ReadRequest = create(ReadRequestSchema, {
  meta: { requestId: "r1", labels: { a: "b" } },
  worldId: "w1",
  ids: ["x", "y"],
  shelves: { low: { width: 2, shelves: { true: { width: 1 } } } },
  mark: new Uint8Array([1, 2]),
});
const rang: Rang = create(RangSchema, {
  room: "r1",
  meta: { count: 5n },
  place: { case: "doorId", value: "d1" },
});

describe("watchedMessage", () => {
  it("tells the fields that are read, with their types, and no others", () => {
    expect(
      readsOf(ReadRequestSchema, request, ({ worldId, meta }) => [worldId, meta?.tenant]),
    ).toEqual({
      world_id: "string",
      meta: "lab.v1.Note",
      "meta.tenant": "string",
    });
    expect(readsOf(ReadRequestSchema, request, () => {})).toEqual({});
  });

  it("looks into lists and maps, also of messages, however they are read", () => {
    expect(readsOf(ReadRequestSchema, request, ({ ids }) => ids.map((id) => id))).toEqual({
      ids: "repeated string",
    });
    const widths = (message: ReadRequest) =>
      Object.values(message.shelves).map((each) => each.width);
    expect(readsOf(ReadRequestSchema, request, widths)).toEqual({
      shelves: "map<string, lab.v1.Shelf>",
      "shelves.width": "double",
    });
    const deep = (message: ReadRequest) => message.shelves.low?.shelves.true?.width;
    expect(readsOf(ReadRequestSchema, request, deep)).toMatchObject({
      "shelves.shelves.width": "double",
    });
    const file = create(FileDescriptorProtoSchema, {
      messageType: [{ name: "A" }, { name: "B", field: [{ name: "f" }] }],
    });
    const names = ({ messageType }: FileDescriptorProto) => {
      const found: string[] = [];
      for (const { name, field } of messageType)
        found.push(name, ...field.map((each) => each.name));
      return found;
    };
    expect(names(watchedMessage(FileDescriptorProtoSchema, file, () => {}))).toEqual([
      "A",
      "B",
      "f",
    ]);
    expect(readsOf(FileDescriptorProtoSchema, file, names)).toEqual({
      message_type: "repeated google.protobuf.DescriptorProto",
      "message_type.name": "string",
      "message_type.field": "repeated google.protobuf.FieldDescriptorProto",
      "message_type.field.name": "string",
    });
  });

  it("tells the numbers on the way to a field, through lists and maps", () => {
    const numbers: Record<string, readonly number[]> = {};
    const watched = watchedMessage(ReadRequestSchema, request, (field) => {
      numbers[field.path] = field.numbers;
    });
    void watched.shelves.low?.shelves.true?.width;
    const { shelves } = ReadRequestSchema.field;
    const { shelves: inner, width } = ShelfSchema.field;
    expect(numbers["shelves.shelves.width"]).toEqual([shelves.number, inner.number, width.number]);
  });

  it("counts the member of a oneof that is looked at, and not the others", () => {
    expect(readsOf(RangSchema, rang, ({ place }) => place.case === "doorId")).toEqual({
      door_id: "string",
    });
    expect(readsOf(RangSchema, rang, ({ place }) => place.value)).toEqual({ door_id: "string" });
    const unset = create(RangSchema, {});
    expect(readsOf(RangSchema, unset, ({ place }) => place.case)).toEqual({});
  });

  it("gives the same object for the same field, and lets messages be changed", () => {
    const watched = watchedMessage(ReadRequestSchema, request, () => {});
    expect(watched.meta).toBe(watched.meta);
    expect(watched.shelves.low).toBe(watched.shelves.low);
    const copy = watchedMessage(ReadRequestSchema, clone(ReadRequestSchema, request), () => {});
    copy.worldId = "w2";
    copy.ids.push("z");
    expect(toJson(ReadRequestSchema, copy)).toMatchObject({ worldId: "w2", ids: ["x", "y", "z"] });
  });

  it("is the message itself to protobuf-es", () => {
    const reads = new Set<string>();
    const watched = watchedMessage(ReadRequestSchema, request, ({ path }) => reads.add(path));
    expect(isFieldSet(watched, ReadRequestSchema.field.meta)).toBe(true);
    expect(toBinary(ReadRequestSchema, watched)).toEqual(toBinary(ReadRequestSchema, request));
    expect(toJson(ReadRequestSchema, watched)).toEqual(toJson(ReadRequestSchema, request));
    expect(equals(ReadRequestSchema, watched, request)).toBe(true);
    expect(equals(ReadRequestSchema, request, watched)).toBe(true);
    const copy = clone(ReadRequestSchema, watched);
    expect(copy).toEqual(request);
    expect(create(ReadRequestSchema, watched)).toBe(watched);
    expect(
      create(ReadRequestSchema, { meta: watched.meta as object, ids: watched.ids }),
    ).toMatchObject({
      meta: { requestId: "r1" },
    });
    expect(watched).toEqual(request);
    expect(JSON.stringify({ ...watched, mark: null })).toContain('"worldId":"w1"');
    // Whoever passes a message on as a whole uses all that it holds.
    expect([...reads].sort()).toEqual(
      expect.arrayContaining(["ids", "mark", "meta.labels", "shelves.shelves.width", "world_id"]),
    );
  });
});
