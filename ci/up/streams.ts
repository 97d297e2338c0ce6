import { charter } from "./charter-command.ts";
import type { Estate } from "./proof.ts";

/** Provides the streams of the registered events, and says how many there are. */
export async function provideStreams(estate: Estate): Promise<string> {
  const run = await charter(estate, ["stream", "apply", "--format", "json"]);
  if (run.exitCode !== 0) {
    throw new Error(`stream apply ended with ${run.exitCode}: ${run.stderr}\n${run.stdout}`);
  }
  const { streams } = JSON.parse(run.stdout) as { streams: unknown[] };
  return `${streams.length} in JetStream`;
}
