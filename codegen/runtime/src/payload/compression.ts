import * as vm from "node:vm";
import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { readFrame } from "./zstd-frame.ts";

/** Below it a header costs more than the network saves: WIRE, "Payload and headers". */
export const compressFrom = 16 * 1024 + 1;

/**
 * The most that a payload may hold when it is decompressed, in bytes. NATS takes 1 MiB by default and
 * advises against more than 8; what grows beyond this is an attack, or belongs in an object store.
 */
export const maxDecompressed = 16 * 1024 * 1024;

/** Node has zstd since 22.15. */
const nodeHasZstd = "zstdCompressSync" in zlib;

/**
 * How long the decompressor in JavaScript may take, in milliseconds. 16 MiB take it half of that; a
 * block of a few bytes can be made to keep it busy for minutes.
 */
const scriptTimeoutMs = 500;

/** The payload as a zstd frame, or null where it may as well travel as it is. */
export function compress(payload: Uint8Array): Uint8Array | null {
  if (!nodeHasZstd || payload.length < compressFrom || payload.length > maxDecompressed)
    return null;
  const compressed = zlib.zstdCompressSync(payload);
  return compressed.length < payload.length ? compressed : null;
}

/**
 * What a zstd frame holds. Throws for what is no such frame, or holds more than `maxDecompressed`,
 * before it takes the memory.
 */
export function decompress(compressed: Uint8Array): Uint8Array {
  return nodeHasZstd ? decompressNatively(compressed) : decompressInScript(compressed);
}

function decompressNatively(compressed: Uint8Array): Uint8Array {
  const size = boundedSize(compressed);
  // The bound of the output must not be 0.
  const content = zlib.zstdDecompressSync(compressed, { maxOutputLength: size + 1 });
  // The fields of a message are views of it, and nobody expects a Buffer in them.
  return checkedSize(new Uint8Array(content.buffer, content.byteOffset, content.length), size);
}

/** For Nodes without zstd. */
export function decompressInScript(compressed: Uint8Array): Uint8Array {
  const size = boundedSize(compressed);
  const content = new Uint8Array(size);
  let length = 0;
  const stream = new Decompress((chunk) => {
    if (length + chunk.length > size) throw new Error("a zstd frame holds more than it tells");
    content.set(chunk, length);
    length += chunk.length;
  });
  runWithin(scriptTimeoutMs, () => stream.push(compressed, true));
  return checkedSize(content.subarray(0, length), size);
}

function boundedSize(compressed: Uint8Array): number {
  const { contentSize, windowSize } = readFrame(compressed);
  if (Math.max(contentSize, windowSize) <= maxDecompressed) return contentSize;
  throw new Error(`a zstd frame of more than ${maxDecompressed} bytes`);
}

function checkedSize(content: Uint8Array, size: number): Uint8Array {
  if (content.length === size) return content;
  throw new Error(`a zstd frame of ${content.length} bytes that tells ${size}`);
}

interface Task {
  run: () => void;
}
let runner: { readonly task: Task; readonly script: vm.Script } | undefined;

/** Only V8's own watchdog can stop a loop of somebody else's code. */
function runWithin(timeoutMs: number, run: () => void): void {
  runner ??= { task: vm.createContext({}) as Task, script: new vm.Script("run()") };
  runner.task.run = run;
  runner.script.runInContext(runner.task, { timeout: timeoutMs });
}
