import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/**
 * Starts a program of this folder that attacks whoever tests it, in a process of its own, so that what
 * it keeps in memory is not taken for the runner's. Resolves once it serves, with what ends it.
 *
 * @param args where NATS is, and the name of the attack
 */
export async function startAttacker(
  program: "hostile-service.ts" | "hostile-feed.ts",
  ...args: readonly [nats: string, attack: string]
): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, program), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  // One that ends before it serves is found by what its tests expect.
  await Promise.race([once(child.stdout, "data"), ended]);
  return async () => {
    child.kill("SIGKILL");
    await ended;
  };
}
