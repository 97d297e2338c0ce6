import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A process of the bench on the same Node. It answers each message with one, and ends with its parent. */
export interface Child {
  /** What it said when it was ready. */
  readonly ready: unknown;
  ask(question: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** What a process has used of its cores since it started, in microseconds. */
export interface CpuAnswer {
  readonly cpuUs: number;
}

const startMs = 60_000;

/** Starts a file of this folder, and resolves with its first message. */
export async function startChild(file: string, args: readonly (string | number)[]): Promise<Child> {
  const child = fork(join(import.meta.dirname, file), args.map(String), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = once(child, "exit");
  const ready = await answerOf(child, file);
  return {
    ready,
    ask(question) {
      const answer = answerOf(child, file);
      child.send(question);
      return answer;
    },
    async stop() {
      child.kill();
      await ended;
    },
  };
}

function answerOf(child: ChildProcess, file: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => done(() => reject(new Error(`ci/bench/${file} ${reason}`)));
    const timer = setTimeout(() => fail(`gave no answer within ${startMs} ms`), startMs);
    const onExit = (code: number | null) => fail(`ended with ${code} instead of an answer`);
    const onMessage = (message: unknown) => done(() => resolve(message));
    const done = (settle: () => void) => {
      clearTimeout(timer);
      child.off("exit", onExit).off("message", onMessage);
      settle();
    };
    child.on("exit", onExit).on("message", onMessage);
  });
}

/** In a child: answers its parent's questions, and ends with it. */
export function answerParent(ready: object, answer: (question: never) => Promise<object>): void {
  process.on("message", (question) => {
    // A rejection ends the process, which the parent reports.
    void answer(question as never).then((result) => process.send?.(result));
  });
  process.once("disconnect", () => process.exit(0));
  process.send?.(ready);
}

/** In a child that is measured: answers every question with the CPU time used so far. */
export function answerCpu(ready: object): void {
  answerParent(ready, async (): Promise<CpuAnswer> => {
    const { user, system } = process.cpuUsage();
    return { cpuUs: user + system };
  });
}
