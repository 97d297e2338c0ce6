/**
 * Brings Charter up and proves that it works: `npm run up`. In the foreground it stays until Ctrl-C;
 * with `--detach` a process of its own stays, and this one returns when all is ready.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RunningEstate } from "./estate.ts";
import { startEstate } from "./estate.ts";
import { createProgress, type Progress } from "./progress.ts";
import { type Proof, prove } from "./proof.ts";
import { proveBreakRefused } from "./proofs/break-refused.ts";
import { proveContractsPassed } from "./proofs/contracts-passed.ts";
import { proveRegistered } from "./proofs/registered.ts";
import { proveStubInstalled } from "./proofs/stub-installed.ts";
import { proveSubjectResolved } from "./proofs/subject-resolved.ts";
import { dataFolder, isAlive, readRunFile, removeRunFile, writeRunFile } from "./run-file.ts";
import { summary } from "./summary.ts";

const root = join(import.meta.dirname, "../..");
const data = dataFolder(root, process.env);

process.exitCode = process.argv.includes("--detach") ? await detach() : await run();

async function run(): Promise<number> {
  mkdirSync(data, { recursive: true });
  const before = readRunFile(data);
  if (before?.pids.some(isAlive)) {
    process.stderr.write(`Charter is up already at ${before.http}. \`npm run down\` stops it.\n`);
    return 2;
  }
  const stopAsked = signalled();
  const progress = createProgress();
  let estate: RunningEstate;
  try {
    estate = await startEstate(root, data, process.env, progress);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  try {
    const proofs = await Promise.race([proveAll(estate, progress), stopAsked.then(() => null)]);
    if (proofs === null) return interrupted;
    const { http, npm, nats, pids } = estate;
    const file = { http, npm, nats, pids, proofs };
    const ok = proofs.every((proof) => proof.ok);
    if (ok) writeRunFile(data, file);
    process.stdout.write(`${summary(file, process.stdout)}\n`);
    if (!ok) return 1;
    if (process.send === undefined) process.stdout.write("Ctrl-C stops it.\n");
    else await letGo();
    await stopAsked;
    return 0;
  } finally {
    removeRunFile(data);
    await estate.stop();
  }
}

/** What a shell reports of a program that Ctrl-C ended. */
const interrupted = 130;

async function proveAll(estate: RunningEstate, progress: Progress): Promise<Proof[]> {
  const proofs: Proof[] = [];
  const add = async (
    title: string,
    name: string,
    work: () => Promise<{ count: number; ok: boolean; detail: string }>,
  ) => {
    await progress.step(title, async (note) => {
      const proof = await prove(name, work);
      proofs.push(proof);
      note(proof.ok ? `${proof.count} ${proof.detail}` : `failed: ${proof.detail}`);
    });
  };
  await add("register every module", "registered", () => proveRegistered(estate));
  await add("refuse a break", "break refused", () => proveBreakRefused(estate));
  await progress.step("start reference services and mocks", () => estate.startParticipants());
  await add("install a stub and call it", "stub installed", () => proveStubInstalled(estate));
  await add("test live services", "contracts passed", () => proveContractsPassed(estate));
  await add("resolve subjects", "subject resolved", () => proveSubjectResolved(estate));
  return proofs;
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => resolve());
  });
}

/** Tells the process that waits that all is ready, once it has read what was printed. */
async function letGo(): Promise<void> {
  // Whoever started it goes away now, and nobody reads what is printed from here on.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  await new Promise((flushed) => process.stdout.write("", flushed));
  process.send?.("ready");
  process.disconnect?.();
}

/**
 * Starts this file again in a session of its own, and prints what it prints until it is ready. It
 * inherits no stream, so that a pipe behind this process ends with this process.
 */
async function detach(): Promise<number> {
  const child = spawn(process.execPath, [import.meta.filename], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  child.stdout?.pipe(process.stdout);
  child.stderr?.pipe(process.stderr);
  const ready = once(child, "message").then(() => 0);
  const ended = once(child, "close").then(([code]) => (typeof code === "number" ? code : 1));
  const code = await Promise.race([ready, ended]);
  // What was printed before the message may still be on its way.
  await new Promise((drained) => setImmediate(drained));
  child.stdout?.destroy();
  child.stderr?.destroy();
  if (child.connected) child.disconnect();
  child.unref();
  return code;
}
