import { createFileRegistry, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Binding } from "../../registry/core/binding/binding.ts";
import { type Schema, schemaOf } from "../../registry/core/samples/schema.ts";

/** One release's contract, as whoever starts a run hands it in. */
export interface ContractUnderTest {
  readonly module: string;
  readonly semver: string;
  readonly digest: string;
  readonly bindings: readonly Binding[];
  /** A FileDescriptorSet: the module's files and all that they import, with source info. */
  readonly descriptors: Uint8Array;
  /** Other releases of the same major that may be in use: a live service meets their messages, too. */
  readonly others: readonly OtherRelease[];
  /** What of other releases is in use and not tried, in sentences for the report. */
  readonly leftOut?: readonly string[];
  /** Head has gone on without these bindings, so that only those that are in use here are tested. */
  readonly isPast?: true;
}

/** A release before or after the one under test. What is linked of it is kept as long as the object. */
export interface OtherRelease {
  readonly semver: string;
  readonly age: "older" | "newer";
  /** As of `ContractUnderTest`. */
  readonly descriptors: Uint8Array;
}

/** Links a contract's descriptors, once: to compile the rules of its types again takes longest of all. */
export function linkSchema(descriptors: Uint8Array): Schema {
  const known = linked.get(descriptors);
  if (known !== undefined) return known;
  const schema = schemaOf(createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors)));
  linked.set(descriptors, schema);
  return schema;
}

/** By their bytes, which never change. */
const linked = new WeakMap<Uint8Array, Schema>();

/** A message type of the contract. Throws when the descriptors lack it. */
export function messageType(schema: Schema, typeName: string): DescMessage {
  const desc = schema.registry.getMessage(typeName);
  if (desc === undefined) {
    throw new Error(
      `The contract's descriptors have no message ${typeName}, which a binding names; build them with all imports.`,
    );
  }
  return desc;
}
