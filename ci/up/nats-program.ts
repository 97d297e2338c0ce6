import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The nats-server that the set-up found, or the one of the environment or the PATH. */
export function natsProgram(root: string, env: NodeJS.ProcessEnv): string {
  const named = env.NATS_SERVER;
  if (named !== undefined && named !== "") return named;
  try {
    const setup = JSON.parse(readFileSync(join(root, ".charter/setup.json"), "utf8")) as {
      natsServer?: string;
    };
    return setup.natsServer ?? "nats-server";
  } catch {
    return "nats-server";
  }
}
