import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** An npm registry process on the loopback interface. */
export interface RunningVerdaccio {
  /** `http://127.0.0.1:4873/` */
  readonly url: string;
  /** The token that may publish. It stays valid when Verdaccio starts again on the same folder. */
  readonly token: string;
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<unknown>;
  /** Ends the process and keeps its data. A second call does nothing. */
  stop(): Promise<void>;
}

/** What the process is told. */
export interface VerdaccioSettings {
  readonly dataDir: string;
  readonly port: number;
  readonly secret: string;
  /** The name of the one user that may publish. */
  readonly publisher: string;
  /** The npm scopes that are served from here alone. */
  readonly scopes: readonly string[];
  /** Where all other packages come from; null offline. */
  readonly uplink: string | null;
}

/** The scopes of the modules of this repository, and of Charter's own packages. */
const scopesOfThisRepository = ["charter-nats", "charter", "bodybroker"];

const publisher = "charter";
const startMs = 30_000;

/**
 * Starts Verdaccio and resolves once it answers. Everybody on this machine can read; only the token
 * can publish, and only scoped packages. Rejects with what Verdaccio printed when it does not start.
 *
 * @param options.dataDir holds packages, secrets and logs, and is created
 * @param options.port 0 for a free one
 * @param options.scopes more npm scopes that are served from here alone
 * @param options.uplink by default what npm on this machine uses; null for none
 */
export async function startVerdaccio(options: {
  dataDir: string;
  port: number;
  scopes?: readonly string[];
  uplink?: string | null;
}): Promise<RunningVerdaccio> {
  const { dataDir } = options;
  await mkdir(dataDir, { recursive: true });
  const uplink = options.uplink === undefined ? await npmRegistryOfThisMachine() : options.uplink;
  const secret = await keptSecret(join(dataDir, "secret"));
  const password = await keptSecret(join(dataDir, "publisher-password"));

  const logPath = join(dataDir, "process.log");
  const log = openSync(logPath, "a");
  const child = spawn(process.execPath, [join(import.meta.dirname, "verdaccio-main.ts")], {
    stdio: ["ignore", log, log, "ipc"],
    // Its own group: a Ctrl-C of the terminal reaches only who started it, which stops it in order.
    detached: true,
  });
  closeSync(log);
  const ended = once(child, "exit");
  ended.catch(() => {});
  async function stop(): Promise<void> {
    child.kill("SIGTERM");
    await ended;
  }

  const settings: VerdaccioSettings = {
    dataDir,
    port: options.port,
    secret,
    publisher,
    scopes: [...scopesOfThisRepository, ...(options.scopes ?? [])],
    uplink,
  };
  try {
    child.send(settings);
    const signal = AbortSignal.timeout(startMs);
    const answer = await Promise.race([once(child, "message", { signal }), ended.then(() => null)]);
    if (answer === null) throw new Error("it ended");
    const url = `http://127.0.0.1:${(answer[0] as { port: number }).port}/`;
    return { url, token: await logIn(url, password), pid: child.pid ?? 0, ended, stop };
  } catch (cause) {
    await stop();
    const output = await readFile(logPath, "utf8");
    throw new Error(`Verdaccio did not start on ${dataDir}. It printed:\n${output.slice(-4000)}`, {
      cause,
    });
  }
}

/** Read at run time, so that no file of the repository names a registry. */
async function npmRegistryOfThisMachine(): Promise<string> {
  const { stdout } = await promisify(execFile)("npm", ["config", "get", "registry"]);
  return stdout.trim();
}

/** A random value that is made once and kept in a file that only its owner can read. */
async function keptSecret(path: string): Promise<string> {
  try {
    // Verdaccio wants exactly 32 characters.
    await writeFile(path, randomBytes(16).toString("hex"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return readFile(path, "utf8");
}

/** Registers the publisher at the first start, and logs in as it afterwards, as npm does both. */
async function logIn(url: string, password: string): Promise<string> {
  const basic = Buffer.from(`${publisher}:${password}`).toString("base64");
  let response = await putUser(url, password, {});
  if (response.status === 409) {
    response = await putUser(url, password, { authorization: `Basic ${basic}` });
  }
  const answer = (await response.json()) as { token?: string };
  if (answer.token === undefined) throw new Error(`${url} gave no token: ${response.status}`);
  return answer.token;
}

function putUser(url: string, password: string, headers: Record<string, string>) {
  return fetch(new URL(`-/user/org.couchdb.user:${publisher}`, url), {
    method: "PUT",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ name: publisher, password }),
    signal: AbortSignal.timeout(startMs),
  });
}
