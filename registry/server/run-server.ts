import { pino } from "pino";
import { type Config, readConfig } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { startRegistry } from "./wire.ts";

/**
 * Runs the registry until a signal ends it. When it is ready it prints one line of JSON on stdout;
 * everything else goes to stderr.
 *
 * @returns the exit code: 0 stopped, 1 failed, 2 wrong configuration
 */
export async function runServer(
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  let config: Config;
  try {
    config = readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  const logger = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
  const stop = signalled();
  try {
    const registry = await startRegistry(config, logger);
    logger.info(`listening at ${registry.url}`);
    process.stdout.write(`${JSON.stringify({ ready: true, http: registry.url })}\n`);
    await stop;
    await registry.stop();
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(`${error.message}\n`);
      return 2;
    }
    logger.fatal({ err: error }, "the registry cannot run");
    return 1;
  }
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
