/**
 * Brings Charter up and proves that it works: `npm run up`. In the foreground it stays until Ctrl-C;
 * with `--detach` a process of its own stays, and this one returns when all is ready.
 */
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Screen, sayReady, screenOfThisProcess, startDetached } from "./detach.ts";
import { type RunningEstate, startEstate } from "./estate.ts";
import { setPolicy } from "./policy.ts";
import { createProgress, type Progress } from "./progress.ts";
import { type Estate, type Proof, prove } from "./proof.ts";
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
import { provideStreams } from "./streams.ts";
import { summary } from "./summary.ts";

const root = join(import.meta.dirname, "../..");
const data = dataFolder(root, process.env);
const logs = join(data, "logs");
/** What a shell reports of a program that Ctrl-C ended. */
const interrupted = 130;

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
  const stop = stopSignal();
  const progress = createProgress(screen.err);
  try {
    const estate = await startEstate(root, data, process.env, progress);
    try {
      return await proveAndStay(estate, progress, screen, stop);
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

async function proveAndStay(
  estate: RunningEstate,
  progress: Progress,
  screen: Screen,
  stop: AbortSignal,
): Promise<number> {
  const broken = estate.broken.then((name) => {
    throw new Error(`${name} ended while it should run. Its log is in ${logs}.`);
  });
  const proving = proveAll(estate, progress, screen, stop).catch((error: unknown) => {
    if (stop.aborted) return null;
    throw error;
  });
  const proofs = await Promise.race([proving, broken]);
  if (proofs === null) return interrupted;
  const { http, npm, nats, pids } = estate;
  const file = { http, npm, nats, pids, proofs };
  screen.out.write(`${summary(file, screen.out)}\n`);
  if (proofs.some((proof) => !proof.ok)) return 1;
  writeRunFile(data, file);
  if (!sayReady()) screen.out.write("Ctrl-C stops it.\n");
  await Promise.race([stop.aborted || once(stop, "abort"), broken]);
  return 0;
}

/** Rejects when it is asked to stop; what a proof runs by then is ended with it. */
async function proveAll(
  running: RunningEstate,
  progress: Progress,
  screen: Screen,
  stop: AbortSignal,
): Promise<Proof[]> {
  const { root, http, npm, nats } = running;
  const estate: Estate = { root, http, npm, nats, signal: stop };
  const proofs: Proof[] = [];
  const step = <T>(title: string, work: Parameters<typeof progress.step<T>>[1]) => {
    stop.throwIfAborted();
    return progress.step(title, work);
  };
  const add = async (
    title: string,
    name: string,
    run: (estate: Estate) => Promise<{ count: number; ok: boolean; detail: string }>,
  ) => {
    const proof = await step(title, async (note, markFailed) => {
      const proved = await prove(name, () => run(estate), screen.err, stop);
      if (!proved.ok) markFailed();
      note(proved.ok ? `${proved.count} ${proved.detail}` : proved.detail);
      return proved;
    });
    proofs.push(proof);
  };
  await step("set the policy of the estate", async (note) => note(await setPolicy(estate)));
  await add("register every module", "registered", proveRegistered);
  await add("refuse a break", "break refused", proveBreakRefused);
  await step("provide the streams", async (note) => note(await provideStreams(estate)));
  await step("start reference services and mocks", () => running.startParticipants());
  await add("install a stub and call it", "stub installed", proveStubInstalled);
  await add("test live services", "contracts passed", proveContractsPassed);
  await add("resolve subjects", "subject resolved", proveSubjectResolved);
  return proofs;
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}
