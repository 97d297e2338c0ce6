import type { DescMessage } from "@bufbuild/protobuf";
import type { Binding } from "../../registry/core/binding/binding.ts";
import type { Schema } from "../../registry/core/samples/schema.ts";
import { nearestPatterns } from "../../registry/core/subject/nearest.ts";
import { type ContractUnderTest, linkSchema, messageType } from "../runner/contract.ts";

/** A binding with what its contract says of its types. */
export interface Declared {
  readonly binding: Binding;
  readonly contract: ContractUnderTest;
  readonly schema: () => Schema;
}

/** The bindings of contracts, by their patterns. */
export function declaredOf(contracts: readonly ContractUnderTest[]): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>();
  for (const contract of contracts) {
    // Linking is slow, and most contracts of a run are in no file.
    let linked: Schema | undefined;
    const schema = () => {
      linked ??= linkSchema(contract.descriptors);
      return linked;
    };
    for (const binding of contract.bindings) {
      found.set(binding.pattern, { binding, contract, schema });
    }
  }
  return found;
}

/** What is said of a pattern that no contract has. */
export function undeclared(pattern: string, declared: ReadonlyMap<string, Declared>): string {
  const nearest = nearestPatterns(pattern, declared.keys());
  const guess = nearest.length === 0 ? "" : `; the nearest: ${nearest.join(", ")}`;
  return `no contract of this run declares the subject ${pattern}${guess}`;
}

/** The types at both ends of a binding. An event is both. */
export function typesOf({ binding, schema }: Declared): {
  readonly input: DescMessage;
  readonly output: DescMessage;
} {
  const input = messageType(schema(), binding.messageType);
  const output = binding.kind === "event" ? input : messageType(schema(), binding.replyType);
  return { input, output };
}
