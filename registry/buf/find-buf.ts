import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { gte, lt, valid } from "semver";
import { BufError } from "./buf-error.ts";

/** A binary of buf. */
export interface FoundBuf {
  readonly path: string;
  /** `1.74.0` */
  readonly version: string;
  /** Who named it, for messages: `BUF`, `@bufbuild/buf`, `PATH`. */
  readonly by: "BUF" | "@bufbuild/buf" | "PATH";
}

/** The first that reads a buf.yaml of version 2. */
export const oldestBuf = "1.32.0";
const install = "Install it with `npm install --save-dev @bufbuild/buf`.";

/**
 * The buf that a command shall run: `BUF`, else the npm package `@bufbuild/buf` of one of the
 * folders, else `buf` on the PATH.
 *
 * @param folders where a package of npm may be looked for, the first first
 * @throws BufError with what to do, when there is none or it is too old
 */
export async function findBuf(
  env: NodeJS.ProcessEnv,
  folders: readonly string[],
): Promise<FoundBuf> {
  if (env.BUF !== undefined && env.BUF !== "") {
    if (!isAbsolute(env.BUF)) {
      throw new BufError(`BUF is "${env.BUF}", and must be the whole path of a buf binary.`);
    }
    return asked(env.BUF, "BUF");
  }
  for (const folder of folders) {
    const found = bufOfNpm(folder);
    if (found !== null) return checked({ ...found, by: "@bufbuild/buf" });
  }
  const name = process.platform === "win32" ? "buf.exe" : "buf";
  const places = (env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const path = places.map((folder) => join(folder, name)).find((each) => existsSync(each));
  if (path !== undefined) return asked(path, "PATH");
  throw new BufError(
    `There is no buf, which compiles the protos: BUF is not set, npm has no @bufbuild/buf here, and the PATH has no buf. ${install}`,
  );
}

/** The platform's own binary of the npm package: its shim costs more than a small check. */
export function bufOfNpm(folder: string): { path: string; version: string } | null {
  const architecture =
    process.arch === "arm64" && process.platform === "linux" ? "aarch64" : process.arch;
  const name = process.platform === "win32" ? "buf.exe" : "buf";
  try {
    const manifest = createRequire(join(folder, "package.json")).resolve(
      "@bufbuild/buf/package.json",
    );
    const platform = createRequire(manifest).resolve(
      `@bufbuild/buf-${process.platform}-${architecture}/package.json`,
    );
    const path = join(dirname(platform), "bin", name);
    return { path, version: JSON.parse(readFileSync(platform, "utf8")).version };
  } catch {
    return null;
  }
}

async function asked(path: string, by: FoundBuf["by"]): Promise<FoundBuf> {
  try {
    // With as little of the environment as buf gets later: a script of npm finds no node then.
    const options = { timeout: 10_000, env: { PATH: "" } };
    const { stdout, stderr } = await promisify(execFile)(path, ["--version"], options);
    return checked({ path, version: `${stdout}${stderr}`.trim(), by });
  } catch (cause) {
    if (cause instanceof BufError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BufError(`${path} (by ${by}) cannot be run: ${reason.trim()}. ${install}`, { cause });
  }
}

function checked(found: FoundBuf): FoundBuf {
  const { path, version, by } = found;
  if (valid(version) !== null && gte(version, oldestBuf) && lt(version, "2.0.0")) return found;
  throw new BufError(
    `${path} (by ${by}) says that it is buf ${version.slice(0, 100)}; expected ${oldestBuf} or a later 1.x. ${install}`,
  );
}
