import { limits } from "../limits.ts";

const segment = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;
const lastSegment = /^[A-Za-z0-9_][A-Za-z0-9_.-]*\.proto$/;

/**
 * Why a text is no path of a proto file, or null. The server writes files under these paths, so
 * only plain relative ones pass: no `..`, no empty part, no drive, no backslash.
 */
export function filePathProblem(path: string): string | null {
  if (path.length > limits.pathLength) return `it is longer than ${limits.pathLength} characters`;
  const parts = path.split("/");
  if (parts.length > limits.pathDepth) return `it has more than ${limits.pathDepth} parts`;
  const last = parts.pop() ?? "";
  if (
    !parts.every((part) => segment.test(part)) ||
    !lastSegment.test(last) ||
    last.includes("..")
  ) {
    return "expected folders and a file of letters, digits, _ and -, such as bodybroker/npc/v1/npc.proto";
  }
  return null;
}

/** Files that the registry supplies to whoever imports them, and that no module may bring. */
export function isBuiltIn(path: string): boolean {
  return /^(?:buf\/validate|charter\/nats|google\/protobuf)\//.test(path);
}

/** Proto packages of those files: a module with a type in one would speak in Charter's name. */
export function isBuiltInPackage(name: string): boolean {
  return /^(?:buf\.validate|charter\.nats|google\.protobuf)(?:\.|$)/.test(name);
}
