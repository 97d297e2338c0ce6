import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LRUCache } from "lru-cache";
import { type FailurePlace, RegistryFailure } from "../core/failure.ts";
import type { BufFinding } from "../core/gate/locate.ts";
import { limits } from "../core/limits.ts";
import { digestOf, revisionDigest, type SchemaFile } from "../core/revision/digest.ts";
import { replaceFile } from "../core/revision/image.ts";
import { touchedParts } from "../core/revision/touched-parts.ts";
import { BufError, BufStopped } from "./buf-error.ts";
import type { BuiltInFile } from "./built-in-files.ts";
import { type BufRun, runBuf } from "./run-buf.ts";
import type { SchemaCompiler } from "./schema-compiler.ts";

/** Everything in one run: the tier of a finding comes from its rule, not from its category. */
const breakingConfig = JSON.stringify({
  version: "v2",
  breaking: { use: ["FILE", "PACKAGE", "WIRE_JSON", "WIRE"] },
});

/**
 * Runs buf, each distinct work once: a push compiles what its check compiled, and a pair of images
 * is compared again only when one of them changed.
 *
 * @param builtIn files that are there for every import, and that no module brings
 * @param binary the path of a buf; without it, the one that this installation declares
 */
export function createBufCompiler(
  builtIn: readonly BuiltInFile[],
  binary?: string,
): SchemaCompiler {
  const run: RunBuf = (folder, args) => runBuf(folder, args, binary);
  const builds = new LRUCache<string, ReturnType<SchemaCompiler["build"]>>({
    max: limits.buildsKept,
  });
  const verdicts = new LRUCache<string, Promise<readonly BufFinding[]>>({
    max: limits.comparisonsKept,
  });
  return {
    async build(files) {
      const key = revisionDigest(files);
      const known = builds.get(key);
      if (known !== undefined) return known;
      const built = compile(run, builtIn, files);
      builds.set(key, built);
      // What did not work may work the next time, when buf was slow.
      const forget = () => builds.delete(key);
      built.then((result) => result.ok || forget(), forget);
      return built;
    },

    async breaking(current, against) {
      const parts = touchedParts(current, against);
      if (parts === null) return [];
      const key = digestOf(`${digestOf(parts.now)} ${digestOf(parts.old)}`);
      const known = verdicts.get(key);
      if (known !== undefined) return known;
      const found = compare(run, parts.now, parts.old);
      verdicts.set(key, found);
      // What failed is tried again the next time.
      found.catch(() => verdicts.delete(key));
      return found;
    },
  };
}

/** Runs buf in a folder. */
type RunBuf = (folder: string, args: readonly string[]) => Promise<BufRun>;

function compile(
  runBuf: RunBuf,
  builtIn: readonly BuiltInFile[],
  files: readonly SchemaFile[],
): ReturnType<SchemaCompiler["build"]> {
  return inFolder(async (folder) => {
    await writeFiles(join(folder, "proto"), [...builtIn, ...files]);
    await writeFile(join(folder, "buf.yaml"), "version: v2\nmodules:\n  - path: proto\n");
    const run = await build(runBuf, folder);
    if (run instanceof BufStopped) return { ok: false, places: [{ message: run.message }] };
    if (run.exitCode === 0) return readImage(folder, builtIn);
    const places = parseAnnotations(run.stderr || run.stdout).map(placeOf);
    if (places.length === 0) throw new BufError(`buf build failed: ${run.stderr.trim()}`);
    return { ok: false, places };
  });
}

function compare(runBuf: RunBuf, now: Uint8Array, old: Uint8Array): Promise<readonly BufFinding[]> {
  return inFolder(async (folder) => {
    await writeFile(join(folder, "current.binpb"), now);
    await writeFile(join(folder, "against.binpb"), old);
    const run = await runBuf(folder, [
      "breaking",
      "current.binpb",
      "--against",
      "against.binpb",
      "--exclude-imports",
      "--error-format",
      "json",
      "--config",
      breakingConfig,
    ]).catch(refuseTooMuch);
    if (run.exitCode === 0) return [];
    const findings = parseAnnotations(run.stdout);
    if (run.exitCode !== 100 || findings.length === 0) {
      throw new BufError(`buf breaking failed (exit ${run.exitCode}): ${run.stderr.trim()}`);
    }
    return findings.map(findingOf);
  });
}

/** A comparison that was cut off says nothing of what came after the cut, so it accepts nothing. */
function refuseTooMuch(error: unknown): never {
  if (!(error instanceof BufStopped)) throw error;
  throw new RegistryFailure(
    "INVALID_REQUEST",
    `The change is too large to be compared with head: ${error.message}. Push it in smaller parts.`,
    { cause: error },
  );
}

/** A file that keeps the compiler busy for ever is the sender's mistake, not the registry's. */
function build(runBuf: RunBuf, folder: string): Promise<BufRun | BufStopped> {
  const args = ["build", "--error-format", "json", "-o", "image.binpb"];
  return runBuf(folder, args).catch((error: unknown) => {
    if (error instanceof BufStopped) return error;
    throw error;
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "charter-buf-"));
  try {
    return await work(folder);
  } finally {
    // A twentieth of a check that nobody needs to wait for. What is left behind is the system's to clear.
    rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

/** The paths were checked by `filePathProblem`. */
async function writeFiles(root: string, files: readonly SchemaFile[]): Promise<void> {
  const folders = new Set(files.map((file) => dirname(join(root, file.path))));
  await Promise.all([...folders].map((folder) => mkdir(folder, { recursive: true })));
  await Promise.all(files.map((file) => writeFile(join(root, file.path), file.content)));
}

async function readImage(
  folder: string,
  builtIn: readonly BuiltInFile[],
): ReturnType<SchemaCompiler["build"]> {
  const path = join(folder, "image.binpb");
  const { size } = await stat(path);
  if (size > limits.imageBytes) {
    const message = `the compiled protos have ${size} bytes, at most ${limits.imageBytes} are allowed`;
    return { ok: false, places: [{ message }] };
  }
  const image: Uint8Array = await readFile(path);
  const whole = builtIn.reduce(
    (each, file) =>
      file.descriptor === undefined ? each : replaceFile(each, file.path, file.descriptor),
    image,
  );
  return { ok: true, image: whole };
}

/** One line of `--error-format json`. */
interface Annotation {
  readonly path?: string;
  readonly start_line?: number;
  readonly start_column?: number;
  readonly type: string;
  readonly message: string;
}

function parseAnnotations(text: string): Annotation[] {
  return text.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    return [JSON.parse(line) as Annotation];
  });
}

function placeOf(annotation: Annotation): FailurePlace {
  const { path, start_line: line, start_column: column, message } = annotation;
  return {
    message: message.slice(0, shownMessage),
    ...(path === undefined ? {} : { file: path.replace(/^proto\//, "") }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}

/** A syntax error quotes the source, which can be one line of a megabyte. */
const shownMessage = 500;

function findingOf(annotation: Annotation): BufFinding {
  return {
    path: annotation.path ?? null,
    line: annotation.start_line ?? 1,
    column: annotation.start_column ?? 1,
    rule: annotation.type,
    message: annotation.message,
  };
}
