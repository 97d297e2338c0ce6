import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { readBindings } from "../../registry/core/binding/read-bindings.ts";
import type { ContractUnderTest } from "../runner/contract.ts";

/** The contract that the files of a folder make, as the registry would hand it to a run. */
export function contractOf(
  module: string,
  descriptors: Uint8Array,
  isOfModule: (file: string) => boolean,
): ContractUnderTest {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
  const files = [...registry.files].map((file) => `${file.name}.proto`).filter(isOfModule);
  const { bindings, problems } = readBindings(registry, files);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return { module, semver: "1.0.0", digest: "sha256:0", bindings, descriptors, others: [] };
}
