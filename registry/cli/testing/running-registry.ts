import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { childEnvironment } from "../../../ci/testing/child-environment.ts";
import { createRegistryClient } from "../../api/client.ts";
import type { Policy } from "../../core/policy/policy.ts";

/** A registry's process on a free port of the loopback interface, with a store of its own. */
export interface RunningRegistry {
  readonly url: string;
  stop(): Promise<void>;
}

const main = join(import.meta.dirname, "../../server/main.ts");
const startMs = 30_000;

/**
 * Starts the real registry and resolves once it is ready.
 *
 * @param env settings beside the port and the data folder, such as CHARTER_TOKEN
 * @param policy what judges; the built-in one when left out
 */
export async function startRegistry(
  env: Readonly<Record<string, string>> = {},
  policy?: Policy,
): Promise<RunningRegistry> {
  const data = await mkdtemp(join(tmpdir(), "charter-cli-registry-"));
  const child = spawn(process.execPath, [main], {
    env: {
      ...childEnvironment,
      CHARTER_HTTP_PORT: "0",
      CHARTER_DATA: data,
      CHARTER_LOG_LEVEL: "error",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killChild = () => child.kill("SIGKILL");
  process.once("exit", killChild);
  const ended = once(child, "exit").finally(() => process.removeListener("exit", killChild));
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  const first = await Promise.race([
    once(createInterface({ input: child.stdout }), "line", {
      signal: AbortSignal.timeout(startMs),
    }).then(([line]) => String(line)),
    ended.then(() => ""),
  ]).catch(() => "");
  if (first === "") {
    await stop();
    throw new Error(`the registry did not start:\n${errors}`);
  }
  const url: string = JSON.parse(first).http;
  if (policy !== undefined) {
    const client = createRegistryClient({ url, token: env.CHARTER_TOKEN });
    await client.setPolicy({ policy, reason: "for a test", expectedVersion: 0 });
  }
  return { url, stop };
}
