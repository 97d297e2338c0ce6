import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { SetupFailure } from "./failure.mjs";

/** Where packages put it that are not on everybody's PATH. */
const usualFolders = ["/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin"];

/**
 * Package managers that are known to have a package named nats-server.
 *
 * @type {readonly {program: string, commands: string[][]}[]}
 */
const packageManagers = [
  {
    program: "apt-get",
    commands: [
      ["apt-get", "update", "-qq"],
      ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "nats-server"],
    ],
  },
  { program: "brew", commands: [["brew", "install", "--quiet", "nats-server"]] },
];

/** What works everywhere. */
const fromRelease =
  "Or take a release of https://github.com/nats-io/nats-server/releases and say where it is:\n\n    export NATS_SERVER=/path/to/nats-server\n";

/**
 * Finds a nats-server, or installs one where that needs no more rights than the caller has.
 *
 * @param {{env: NodeJS.ProcessEnv, mayInstall: boolean, say: (line: string) => void, folders?: string[]}} options
 *   `folders` are searched after the PATH
 * @returns {{path: string, version: string}}
 */
export function provideNatsServer({ env, mayInstall, say, folders = usualFolders }) {
  if (env.NATS_SERVER) {
    const version = versionOf(env.NATS_SERVER);
    if (version !== null) return { path: env.NATS_SERVER, version };
    throw new SetupFailure(
      `NATS_SERVER is ${JSON.stringify(env.NATS_SERVER)}, and \`${env.NATS_SERVER} --version\` does not answer as a nats-server. Correct it, or unset it to use the one of the PATH.`,
    );
  }
  const path = [...(env.PATH ?? "").split(delimiter).filter((each) => each !== ""), ...folders];
  const found = findNatsServer(path);
  if (found !== null) return found;
  const manager = packageManagers.find(({ program }) => isOnPath(program, env));
  if (manager !== undefined && mayInstall) {
    say(`install nats-server with ${manager.program}`);
    runAll(manager.commands, env);
    const installed = findNatsServer(path);
    if (installed !== null) return installed;
  }
  throw new SetupFailure(instructions(manager?.commands ?? []));
}

/**
 * @param {string[]} folders
 * @returns {{path: string, version: string} | null}
 */
function findNatsServer(folders) {
  for (const folder of folders) {
    const program = join(folder, "nats-server");
    const version = versionOf(program);
    if (version !== null) return { path: program, version };
  }
  return null;
}

/** @param {string} program */
function versionOf(program) {
  const run = spawnSync(program, ["--version"], { encoding: "utf8", timeout: 10_000 });
  return /^nats-server: v(\S+)/.exec(run.stdout ?? "")?.[1] ?? null;
}

/**
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 */
function isOnPath(program, env) {
  return spawnSync(program, ["--version"], { env, stdio: "ignore" }).error === undefined;
}

/**
 * @param {string[][]} commands
 * @param {NodeJS.ProcessEnv} env
 */
function runAll(commands, env) {
  for (const [program = "", ...args] of commands) {
    const run = spawnSync(program, args, {
      env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", process.stderr.fd, "inherit"],
    });
    // Lists that cannot be refreshed need not stop an installation: only the last command decides.
    const isLast = args.at(-1) === "nats-server";
    if (isLast && run.status !== 0) {
      const what = `\`${program} ${args.join(" ")}\` ended with ${run.status}.`;
      throw new SetupFailure(`${what}\n${fromRelease}`);
    }
  }
}

/** @param {string[][]} commands */
function instructions(commands) {
  const lines = commands.map((command) =>
    [...(command[0] === "apt-get" ? ["sudo"] : []), ...command].join(" "),
  );
  if (lines.length === 0)
    return `Charter needs nats-server, and there is none on the PATH.\n${fromRelease}`;
  return [
    "Charter needs nats-server, and there is none on the PATH. Install it:\n",
    ...lines.map((line) => `    ${line}`),
    `\n${fromRelease}`,
  ].join("\n");
}
