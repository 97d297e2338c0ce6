import {
  createFileRegistry,
  type DescMessage,
  type FileRegistry,
  fromBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createValidator, type Validator } from "@bufbuild/protovalidate";
import type { Binding } from "../../registry/core/binding/binding.ts";

/** One release's contract, as whoever starts a run hands it in. */
export interface ContractUnderTest {
  readonly module: string;
  readonly semver: string;
  readonly digest: string;
  readonly bindings: readonly Binding[];
  /** A FileDescriptorSet: the module's files and all that they import, with source info. */
  readonly descriptors: Uint8Array;
}

/** Linked descriptors and the validator that runs their rules. */
export interface Schema {
  readonly registry: FileRegistry;
  readonly validator: Validator;
}

/**
 * Links a contract's descriptors. The validator knows the extensions of the whole image, because
 * predefined rules are extensions.
 */
export function linkSchema(descriptors: Uint8Array): Schema {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
  return { registry, validator: createValidator({ registry }) };
}

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
