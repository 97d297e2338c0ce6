import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";

/** Where `up` writes for people. */
export interface Screen {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
}

/** What a detached `up` tells who started it, until it is ready. */
type Message = { readonly out: string } | { readonly err: string } | { readonly ready: true };

/**
 * Starts a script in a session of its own, shows what it writes to its screen, and resolves when it
 * is ready with 0, or with its exit code when it ends before. It holds none of this process's
 * streams, so that whoever reads them to the end does not wait for it.
 */
export async function startDetached(script: string, logs: string): Promise<number> {
  mkdirSync(logs, { recursive: true });
  const log = openSync(join(logs, "up.log"), "a");
  const child = spawn(process.execPath, [script], {
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  const ready = new Promise<number>((resolve) => {
    child.on("message", (message: Message) => {
      if ("out" in message) process.stdout.write(message.out);
      else if ("err" in message) process.stderr.write(message.err);
      else resolve(0);
    });
  });
  const stop = () => child.kill("SIGTERM");
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  const ended = once(child, "exit").then(([code]) => (typeof code === "number" ? code : 1));
  const code = await Promise.race([ready, ended]);
  if (child.connected) child.disconnect();
  child.unref();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, stop);
  return code;
}

/** The screen of this process: its own streams, or those of the process that detached it. */
export function screenOfThisProcess(): Screen {
  if (process.send === undefined) return { out: process.stdout, err: process.stderr };
  return { out: relay("out", process.stdout), err: relay("err", process.stderr) };
}

/** Says that this process is ready, when another one detached it and waits. */
export function sayReady(): boolean {
  if (process.send === undefined || !process.connected) return false;
  process.send({ ready: true } satisfies Message, () => process.disconnect());
  return true;
}

function relay(key: "out" | "err", log: NodeJS.WritableStream): Writable {
  return new Writable({
    decodeStrings: false,
    write(text: string | Buffer, _encoding, done) {
      log.write(text);
      if (process.connected) process.send?.({ [key]: String(text) });
      done();
    },
  });
}
