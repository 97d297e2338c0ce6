import {
  InferenceFinishedSchema,
  InferRequestSchema,
  StreamInferRequestSchema,
} from "@bodybroker/ai/v1";
import { create, createFileRegistry, type Message } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { schemaOf } from "../../registry/core/samples/schema.ts";
import { createEcho } from "./echo.ts";

/** The rules are in the descriptors of the stubs, and none of them is predefined elsewhere. */
const schema = schemaOf(createFileRegistry(create(FileDescriptorSetSchema)));
const request = create(InferRequestSchema, {
  meta: { requestId: "r1" },
  modelId: "m1",
  input: { content: { case: "prompt", value: "Once" } },
});
const finished = (fields: object = {}) =>
  create(InferenceFinishedSchema, {
    requestId: "other",
    modelId: "other",
    finishReason: 1,
    usage: {},
    latency: {},
    occurredAt: {},
    ...fields,
  });

it("copies what request and answer share by path and type, at any depth", () => {
  const echo = createEcho(schema, InferRequestSchema, StreamInferRequestSchema);
  const answer = create(StreamInferRequestSchema, {
    modelId: "other",
    meta: { requestId: "other" },
    input: { content: { case: "prompt", value: "An answer" } },
  });
  expect(echo(request, answer)).toMatchObject({
    modelId: "m1",
    meta: { requestId: "r1" },
    // Which member of a oneof is set, and what it holds, is the answer's own.
    input: { content: { value: "An answer" } },
  });
  expect(answer.modelId).toBe("other");
});

it("makes a message that the answer left out", () => {
  const echo = createEcho(schema, InferRequestSchema, StreamInferRequestSchema);
  const answer = create(StreamInferRequestSchema, {
    modelId: "m",
    input: { content: { case: "prompt", value: "An answer" } },
  });
  expect(echo(request, answer)).toMatchObject({ meta: { requestId: "r1" } });
});

it("keeps the answer where a value of the request breaks its rules, or is not there", () => {
  const echo = createEcho(schema, InferRequestSchema, InferenceFinishedSchema);
  const answer = finished();
  expect(echo(request, answer)).toMatchObject({ modelId: "m1", requestId: "other" });
  const unset: Message = create(InferRequestSchema, {});
  expect(echo(unset, answer)).toMatchObject({ modelId: "other" });
  const bad: Message = create(InferRequestSchema, { modelId: "no token" });
  expect(echo(bad, answer)).toBe(answer);
});
