import type { DescFile, FileRegistry } from "@bufbuild/protobuf";
import type { Binding } from "./binding.ts";

/**
 * The file of the rpc or the message that is bound. A binding's `place` may be its line in a
 * bindings.yaml.
 */
export function declaringFile(registry: FileRegistry, binding: Binding): DescFile | undefined {
  if (binding.kind === "event") return registry.getMessage(binding.messageType)?.file;
  return registry.getService(binding.rpc.slice(0, binding.rpc.lastIndexOf(".")))?.file;
}
