import type { FileRegistry } from "@bufbuild/protobuf";
import { createValidator, type Validator } from "@bufbuild/protovalidate";

/** Linked descriptors and the validator that runs their rules. */
export interface Schema {
  readonly registry: FileRegistry;
  readonly validator: Validator;
}

/**
 * The validator knows the extensions of the whole image, because predefined rules are extensions.
 * It plans and compiles the rules of a type once, so there is one for each registry.
 */
export function schemaOf(registry: FileRegistry): Schema {
  const known = schemas.get(registry);
  if (known !== undefined) return known;
  const made = { registry, validator: createValidator({ registry }) };
  schemas.set(registry, made);
  return made;
}

/** Descriptors never change. */
const schemas = new WeakMap<FileRegistry, Schema>();
