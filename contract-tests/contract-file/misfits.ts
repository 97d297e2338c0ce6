import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { nearestWords } from "../../registry/core/nearest-words.ts";
import { editDistance } from "../../registry/core/subject/nearest.ts";
import schema from "./contract.schema.json" with { type: "json" };

/** What the schema does not allow, with the keys that lead to it. */
export interface Misfit {
  readonly path: readonly string[];
  readonly reason: string;
}

let compiled: ValidateFunction | undefined;

/** What `contract.schema.json` does not allow of a value, each once. */
export function misfitsOf(value: unknown): readonly Misfit[] {
  // Verbose errors carry the schema around them: the keys of the very map that has a wrong one.
  compiled ??= new Ajv({ allErrors: true, verbose: true }).compile(schema);
  if (compiled(value)) return [];
  const found = new Map<string, Misfit>();
  for (const error of compiled.errors ?? []) {
    if (isSaidOtherwise(error)) continue;
    const misfit = { path: pathOf(error), reason: reasonOf(error) };
    found.set(JSON.stringify(misfit), misfit);
  }
  return [...found.values()];
}

/** Errors of a choice's branches are said once by the choice, and those of a name by the name. */
function isSaidOtherwise({ keyword, schemaPath }: ErrorObject): boolean {
  return keyword === "propertyNames" || /\/(oneOf|anyOf)\/\d+\//.test(schemaPath);
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

function reasonOf(error: ErrorObject): string {
  const { keyword, params, message, data, parentSchema } = error;
  switch (keyword) {
    case "additionalProperties": {
      const keys = Object.keys((parentSchema?.properties as object | undefined) ?? {});
      return `there is no such key here; there are ${keys.join(", ")}${guess(params.additionalProperty, keys)}`;
    }
    case "enum": {
      const allowed = (params.allowedValues as readonly unknown[]).map(String);
      return `it must be ${allowed.join(" or ")}, and is ${shown(data)}${guess(data, allowed)}`;
    }
    case "required":
      return `${params.missingProperty} is missing`;
    case "oneOf":
      return `it must have one of ${branchesOf(error).join(" and ")}, not ${params.passingSchemas === null ? "none" : "both"}`;
    case "anyOf":
      return `it must have at least one of ${branchesOf(error).join(", ")}`;
    case "pattern":
      return `${params.pattern === datePattern ? "it must be a day such as 2027-01-31" : formOf(parentSchema)}, and is ${shown(data)}`;
    case "type":
      return `it must be ${params.type === "object" ? "a map" : params.type === "array" ? "a list" : params.type}, and is ${shown(data)}`;
    default:
      return `it ${message}, and is ${shown(data)}`;
  }
}

const datePattern = schema.definitions.KnownFailing.properties.until.pattern;

/** What a text must look like, in the words that the schema gives to editors. */
function formOf(parent: ErrorObject["parentSchema"]): string {
  const description = typeof parent?.description === "string" ? parent.description : "";
  return description === ""
    ? `it must match ${String(parent?.pattern)}`
    : `it must be as described: ${description.replace(/\.$/, "")}`;
}

function branchesOf({ schema: branches }: ErrorObject): string[] {
  return (branches as readonly { readonly required?: readonly string[] }[]).flatMap(
    (branch) => branch.required ?? [],
  );
}

function guess(word: unknown, words: readonly string[]): string {
  if (words.length < 2 || typeof word !== "string" || word.length > longestGuessed) return "";
  const [nearest] = nearestWords(word, words, 1);
  if (nearest === undefined) return "";
  const isNear = editDistance(word, nearest) <= Math.ceil(nearest.length / 3);
  return isNear ? `. Did you mean ${nearest}?` : "";
}

/** Nobody means a known word with a name as long as this. */
const longestGuessed = 64;

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  return (JSON.stringify(value) ?? "nothing").slice(0, 80);
}
