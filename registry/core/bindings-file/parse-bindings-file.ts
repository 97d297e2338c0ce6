import type { JsonObject } from "@bufbuild/protobuf";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { FailurePlace } from "../failure.ts";
import { limits } from "../limits.ts";
import schema from "./bindings.schema.json" with { type: "json" };
import { bindingsFileName } from "./bindings-file-name.ts";
import { type LineProblem, readYamlLines } from "./yaml-lines.ts";

/** The published JSON Schema of a bindings.yaml. */
export const bindingsFileSchema: object = schema;

/** One binding of a bindings.yaml, for an element by its full name. */
export type BindingsEntry = {
  /** `quest.v1.QuestService.Generate` */
  readonly element: string;
  /** Counted from 1. */
  readonly line: number;
} & (
  | { readonly section: "services" | "requests" | "events"; readonly options: JsonObject }
  | { readonly section: "sensitive" }
);

export type BindingsFileRead =
  | { readonly ok: true; readonly entries: readonly BindingsEntry[] }
  | { readonly ok: false; readonly problems: readonly FailurePlace[] };

/**
 * Reads a bindings.yaml, as far as it can be read without the protos. What is wrong is said with
 * its line: no YAML, or what `bindings.schema.json` does not allow.
 */
export function parseBindingsFile(text: string): BindingsFileRead {
  if (text.length > limits.bindingsFileLength) {
    const message = `it has ${text.length} characters, at most ${limits.bindingsFileLength} are allowed; split the module`;
    return refused([{ message, line: 1 }]);
  }
  const yaml = readYamlLines(text, deepest);
  if (!yaml.ok) return refused(yaml.problems);
  // A file of comments alone, such as one that is being written.
  const content = yaml.value ?? {};
  if (!validator()(content)) return refused(misfits(yaml.lineOf));
  return { ok: true, entries: entriesOf(content as Content, yaml.lineOf) };
}

/** `requests`, the rpc, `frames`, and a list or map that is there by mistake. */
const deepest = 5;

interface Content {
  readonly services?: Readonly<Record<string, JsonObject>>;
  readonly requests?: Readonly<Record<string, JsonObject>>;
  readonly events?: Readonly<Record<string, JsonObject>>;
  readonly sensitive?: readonly string[];
}

type LineOf = (path: readonly string[]) => number;

function refused(problems: readonly LineProblem[]): BindingsFileRead {
  const places = problems.slice(0, limits.placesPerFailure);
  return {
    ok: false,
    problems: places.map(({ message, line }) => ({ message, line, file: bindingsFileName })),
  };
}

let compiled: ValidateFunction | undefined;

/** Compiled at its first use: most commands never read a bindings.yaml. */
function validator(): ValidateFunction {
  compiled ??= new Ajv({ allErrors: true }).compile(schema);
  return compiled;
}

/** What the schema does not allow, each once. */
function misfits(lineOf: LineOf): LineProblem[] {
  const found = new Map<string, LineProblem>();
  for (const error of validator().errors ?? []) {
    // What is wrong with the name is an error of its own.
    if (error.keyword === "propertyNames") continue;
    const path = pathOf(error);
    const where = path.length === 0 ? "" : `${path.join(": ")}: `;
    const message = `${where}${reasonOf(error)}`;
    found.set(message, { message, line: lineOf(path) });
  }
  return [...found.values()];
}

/** The keys that lead to what is wrong; an unknown key is the last of them. */
function pathOf({ instancePath, propertyName, params }: ErrorObject): string[] {
  const path = instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const key: unknown = propertyName ?? params.additionalProperty;
  return typeof key === "string" ? [...path, key] : path;
}

function reasonOf({ keyword, params, message, schemaPath }: ErrorObject): string {
  switch (keyword) {
    case "additionalProperties":
      return `there is no such key here; there are ${knownKeys(schemaPath).join(", ")}`;
    case "enum":
      return `it must be ${(params.allowedValues as readonly string[]).join(" or ")}`;
    case "pattern":
      return "it must be a full name of protobuf with its package, such as quest.v1.QuestService";
    case "required":
      return `${params.missingProperty} is missing`;
    default:
      return `it ${message}`;
  }
}

/** @param schemaPath `#/definitions/StreamBinding/additionalProperties` */
function knownKeys(schemaPath: string): readonly string[] {
  const definition = /^#\/definitions\/(\w+)\//.exec(schemaPath)?.[1];
  const found =
    Object.entries(schema.definitions).find(([name]) => name === definition)?.[1] ?? schema;
  return "properties" in found ? Object.keys(found.properties) : [];
}

function entriesOf(content: Content, lineOf: LineOf): BindingsEntry[] {
  const entries: BindingsEntry[] = [];
  for (const section of ["services", "requests", "events"] as const) {
    for (const [element, options] of Object.entries(content[section] ?? {})) {
      entries.push({ section, element, options, line: lineOf([section, element]) });
    }
  }
  for (const [i, element] of (content.sensitive ?? []).entries()) {
    entries.push({ section: "sensitive", element, line: lineOf(["sensitive", `${i}`]) });
  }
  return entries;
}
