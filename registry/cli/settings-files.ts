import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { parseDocument } from "yaml";
import { CommandFailure } from "./command-failure.ts";

/** A token of a subject: WIRE, "Subjects and parameters". */
const Token = Type.String({ pattern: "^[A-Za-z0-9_=~@:+-]{1,128}$" });

/** A durable consumer that `charter stream apply` provides. */
const ConsumerSettingSchema = Type.Object(
  {
    name: Token,
    /** The pattern of an event that a stream keeps: `ai.world.state.update.v1.{world_id}`. */
    event: Type.String(),
    /** Values of the pattern's parameters; an absent one stands for all values. */
    parameters: Type.Optional(Type.Record(Type.String(), Type.Union([Token, Type.Integer()]))),
    /** How long an instance may be silent about an event. Stubs speak up each second. */
    ackWaitMs: Type.Optional(Type.Integer({ minimum: 3000, maximum: 86_400_000 })),
    /** How many events may be in hand at all instances together. */
    maxAckPending: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  },
  { additionalProperties: false },
);
export type ConsumerSetting = Static<typeof ConsumerSettingSchema>;

const CharterYamlSchema = Type.Object(
  {
    url: Type.Optional(Type.String()),
    nats: Type.Optional(Type.String()),
    consumers: Type.Optional(Type.Array(ConsumerSettingSchema, { maxItems: 1000 })),
  },
  { additionalProperties: false },
);

/** Other keys are the server's own business. */
const RunJsonSchema = Type.Object({
  http: Type.Optional(Type.String()),
  nats: Type.Optional(Type.String()),
});

/** What the files around the working folder say, each with its own path. */
export interface SettingsFiles {
  readonly charterYaml: (Static<typeof CharterYamlSchema> & { readonly path: string }) | null;
  readonly runJson: (Static<typeof RunJsonSchema> & { readonly path: string }) | null;
}

/**
 * Reads the nearest charter.yaml, and the nearest .charter/run.json, at or above a folder. A
 * registry that was started with CHARTER_DATA has its run.json there.
 */
export async function readSettingsFiles(
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<SettingsFiles> {
  const data = env.CHARTER_DATA;
  const yaml = await findUpwards(cwd, "charter.yaml");
  const run =
    data === undefined || data === ""
      ? await findUpwards(cwd, join(".charter", "run.json"))
      : await readIfThere(join(resolve(cwd, data), "run.json"));
  return {
    charterYaml: yaml && { ...readCharterYaml(yaml), path: yaml.path },
    runJson: run && { ...readRunJson(run), path: run.path },
  };
}

interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The nearest file of that name in a folder or one above it, or null. */
export async function findUpwards(folder: string, name: string): Promise<TextFile | null> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = await readIfThere(join(at, name));
    if (file !== null || dirname(at) === at) return file;
  }
}

/** A file of text, or null where there is none. */
export async function readIfThere(path: string): Promise<TextFile | null> {
  try {
    return { path, text: await readFile(path, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new CommandFailure("usage", `${path} cannot be read (${code}).`, { cause: error });
  }
}

function readCharterYaml(file: TextFile): Static<typeof CharterYamlSchema> {
  const value = readYaml(file) ?? {};
  if (typeof value === "object" && "token" in value) {
    throw new CommandFailure(
      "usage",
      `${file.path} has a token, and files of this kind are committed. Take it out, and give it as CHARTER_TOKEN; a token that was committed must be replaced.`,
    );
  }
  return checkShape(CharterYamlSchema, value, file.path, "`url`, `nats` and `consumers`");
}

function readRunJson(file: TextFile): Static<typeof RunJsonSchema> {
  let value: unknown;
  try {
    value = JSON.parse(file.text);
  } catch {
    value = null;
  }
  return checkShape(RunJsonSchema, value, file.path, "what a running registry writes there");
}

/** A YAML file's value. Syntax errors are shown with their line. */
export function readYaml(file: TextFile): unknown {
  const document = parseDocument(file.text);
  const [error] = document.errors;
  if (error === undefined) return document.toJS();
  const at = error.linePos?.[0];
  throw new CommandFailure("usage", `${file.path} is no valid YAML.`, {
    places: [
      {
        file: file.path,
        message: error.message.split("\n")[0] ?? "",
        ...(at === undefined ? {} : { line: at.line, column: at.col }),
      },
    ],
  });
}

/** The value in its schema's type, or a failure that names what does not fit. */
export function checkShape<T extends TSchema>(
  schema: T,
  value: unknown,
  path: string,
  expected: string,
): Static<T> {
  if (Value.Check(schema, value)) return value as Static<T>;
  const [error] = Value.Errors(schema, value);
  const where = error === undefined || error.instancePath === "" ? "" : `${error.instancePath} `;
  throw new CommandFailure(
    "usage",
    `${path} must hold ${expected}: ${where}${error?.message ?? "does not fit"}.`,
  );
}
