/**
 * Brings Charter up and proves that it works: `npm run up`. In the foreground it stays until Ctrl-C;
 * with `--detach` a process of its own stays, and this one returns when all is ready.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Screen, sayReady, screenOfThisProcess, startDetached } from "./detach.ts";
import { type RunningEstate, startEstate } from "./estate.ts";
import { createProgress, type Progress } from "./progress.ts";
import { type Proof, prove } from "./proof.ts";
import { proveBreakRefused } from "./proofs/break-refused.ts";
import { proveContractsPassed } from "./proofs/contracts-passed.ts";
import { proveRegistered } from "./proofs/registered.ts";
import { proveStubInstalled } from "./proofs/stub-installed.ts";
import { proveSubjectResolved } from "./proofs/subject-resolved.ts";
import {
  claimData,
  dataFolder,
  isAlive,
  readRunFile,
  releaseData,
  removeRunFile,
  writeRunFile,
} from "./run-file.ts";
import { summary } from "./summary.ts";

const root = join(import.meta.dirname, "../..");
const data = dataFolder(root, process.env);
const logs = join(data, "logs");

process.exitCode = process.argv.includes("--detach")
  ? await startDetached(import.meta.filename, logs)
  : await run(screenOfThisProcess());

async function run(screen: Screen): Promise<number> {
  mkdirSync(data, { recursive: true });
  const before = readRunFile(data);
  if (before?.pids.some(isAlive)) {
    screen.err.write(`Charter is up already at ${before.http}. \`npm run down\` stops it.\n`);
    return 2;
  }
  if (!claimData(data)) {
    screen.err.write(`Another \`npm run up\` is starting on ${data}.\n`);
    return 2;
  }
  const stopAsked = signalled();
  const progress = createProgress(screen.err);
  try {
    const estate = await startEstate(root, data, process.env, progress);
    try {
      return await proveAndStay(estate, progress, screen, stopAsked);
    } finally {
      removeRunFile(data);
      await estate.stop();
    }
  } catch (error) {
    screen.err.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    releaseData(data);
  }
}

/** What a shell reports of a program that Ctrl-C ended. */
const interrupted = 130;

async function proveAndStay(
  estate: RunningEstate,
  progress: Progress,
  screen: Screen,
  stopAsked: Promise<void>,
): Promise<number> {
  const broken = estate.broken.then((name) => {
    throw new Error(`${name} ended while it should run. Its log is in ${logs}.`);
  });
  const asked = stopAsked.then(() => null);
  const proofs = await Promise.race([proveAll(estate, progress, screen), asked, broken]);
  if (proofs === null) return interrupted;
  const { http, npm, nats, pids } = estate;
  const file = { http, npm, nats, pids, proofs };
  screen.out.write(`${summary(file, screen.out)}\n`);
  if (proofs.some((proof) => !proof.ok)) return 1;
  writeRunFile(data, file);
  if (!sayReady()) screen.out.write("Ctrl-C stops it.\n");
  await Promise.race([asked, broken]);
  return 0;
}

async function proveAll(
  estate: RunningEstate,
  progress: Progress,
  screen: Screen,
): Promise<Proof[]> {
  const proofs: Proof[] = [];
  const add = async (
    title: string,
    name: string,
    work: () => Promise<{ count: number; ok: boolean; detail: string }>,
  ) => {
    await progress.step(title, async (note) => {
      const proof = await prove(name, work, screen.err);
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
