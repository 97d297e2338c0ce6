import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { SetupFailure } from "./failure.mjs";

/**
 * A server that is found on this machine, or installed from its distribution.
 *
 * @typedef {object} ServerProgram
 * @property {string} name what it is called on the PATH
 * @property {string} variable what of the environment names another one
 * @property {string} need the beginning of the sentence that says that it is missing
 * @property {RegExp} version finds the version in what `--version` prints
 * @property {Readonly<Record<string, string>>} packages what package managers call it
 * @property {string} source what works everywhere, as the beginning of a sentence
 */

/** @type {ServerProgram} */
export const natsServer = {
  name: "nats-server",
  variable: "NATS_SERVER",
  need: "Charter needs",
  version: /^nats-server: v(\S+)/,
  packages: { "apt-get": "nats-server", brew: "nats-server" },
  source: "take a release of https://github.com/nats-io/nats-server/releases",
};

/** @type {ServerProgram} */
export const redisServer = {
  name: "redis-server",
  variable: "REDIS_SERVER",
  need: "The tests and the bench need",
  version: /^(?:Redis|Valkey) server v=(\S+)/,
  packages: { "apt-get": "redis-server", brew: "redis" },
  source: "build it from https://redis.io/downloads",
};

/** Where packages put programs that are not on everybody's PATH. */
const usualFolders = ["/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin"];

/**
 * Package managers, with their commands for a package.
 *
 * @type {readonly {program: string, commands: (name: string) => string[][]}[]}
 */
const packageManagers = [
  {
    program: "apt-get",
    commands: (name) => [
      ["apt-get", "update", "-qq"],
      ["apt-get", "install", "-y", "-qq", "--no-install-recommends", name],
    ],
  },
  { program: "brew", commands: (name) => [["brew", "install", "--quiet", name]] },
];

/**
 * Finds a server, or installs one where that needs no more rights than the caller has.
 *
 * @param {ServerProgram} server
 * @param {{env: NodeJS.ProcessEnv, mayInstall: boolean, say: (line: string) => void, folders?: string[]}} options
 *   `folders` are searched after the PATH
 * @returns {{path: string, version: string}}
 */
export function provideServer(server, { env, mayInstall, say, folders = usualFolders }) {
  const { name, variable } = server;
  const named = env[variable];
  if (named) {
    const version = versionOf(server, named);
    if (version !== null) return { path: named, version };
    throw new SetupFailure(
      `${variable} is ${JSON.stringify(named)}, and \`${named} --version\` does not answer as a ${name}. Correct it, or unset it to use the one of the PATH.`,
    );
  }
  const path = [...(env.PATH ?? "").split(delimiter).filter((each) => each !== ""), ...folders];
  const found = findServer(server, path);
  if (found !== null) return found;
  const manager = packageManagers.find(({ program }) => isOnPath(program, env));
  const commands = manager?.commands(server.packages[manager.program] ?? name) ?? [];
  if (manager !== undefined && mayInstall) {
    say(`install ${name} with ${manager.program}`);
    runAll(server, commands, env);
    const installed = findServer(server, path);
    if (installed !== null) return installed;
  }
  throw new SetupFailure(instructions(server, commands));
}

/**
 * @param {ServerProgram} server
 * @param {string[]} folders
 * @returns {{path: string, version: string} | null}
 */
function findServer(server, folders) {
  for (const folder of folders) {
    const program = join(folder, server.name);
    const version = versionOf(server, program);
    if (version !== null) return { path: program, version };
  }
  return null;
}

/**
 * @param {ServerProgram} server
 * @param {string} program
 */
function versionOf(server, program) {
  const run = spawnSync(program, ["--version"], { encoding: "utf8", timeout: 10_000 });
  return server.version.exec(run.stdout ?? "")?.[1] ?? null;
}

/**
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 */
function isOnPath(program, env) {
  return spawnSync(program, ["--version"], { env, stdio: "ignore" }).error === undefined;
}

/**
 * @param {ServerProgram} server
 * @param {string[][]} commands
 * @param {NodeJS.ProcessEnv} env
 */
function runAll(server, commands, env) {
  for (const [place, [program = "", ...args]] of commands.entries()) {
    const run = spawnSync(program, args, {
      env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", process.stderr.fd, "inherit"],
    });
    // Lists that cannot be refreshed need not stop an installation: only the last command decides.
    if (place === commands.length - 1 && run.status !== 0) {
      const what = `\`${program} ${args.join(" ")}\` ended with ${run.status}.`;
      throw new SetupFailure(`${what}\n${fromSource(server)}`);
    }
  }
}

/**
 * @param {ServerProgram} server
 * @param {string[][]} commands
 */
function instructions(server, commands) {
  const missing = `${server.need} ${server.name}, and there is none on the PATH.`;
  const lines = commands.map((command) =>
    [...(command[0] === "apt-get" ? ["sudo"] : []), ...command].join(" "),
  );
  if (lines.length === 0) return `${missing}\n${fromSource(server)}`;
  return [
    `${missing} Install it:\n`,
    ...lines.map((line) => `    ${line}`),
    `\n${fromSource(server)}`,
  ].join("\n");
}

/** @param {ServerProgram} server */
function fromSource({ name, variable, source }) {
  return `Or ${source} and say where it is:\n\n    export ${variable}=/path/to/${name}\n`;
}
