import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { parsePattern } from "../subject/pattern.ts";
import type { Parameter } from "./binding.ts";

/** The parameters of a pattern with the types of their fields, or null after reporting why not. */
export function readParameters(
  message: DescMessage,
  text: string,
  report: (message: string) => void,
): Parameter[] | null {
  const result = parsePattern(text);
  if (!result.ok) {
    report(`the subject "${text}" cannot be bound: ${result.reason}`);
    return null;
  }
  const parameters: Parameter[] = [];
  for (const [index, token] of result.pattern.tokens.entries()) {
    if (token.kind === "literal") continue;
    const type = parameterType(message, token.field);
    if (!type.ok) {
      report(`the parameter {${token.field}} of "${text}" ${type.reason}`);
      return null;
    }
    parameters.push({ field: token.field, index, type: type.type });
  }
  return parameters;
}

type TypeResult = { ok: true; type: Parameter["type"] } | { ok: false; reason: string };

/** Follows a path of field names; its last field must hold one string, integer or enum. */
function parameterType(message: DescMessage, path: string): TypeResult {
  let at = message;
  const names = path.split(".");
  for (const [i, name] of names.entries()) {
    const field = at.fields.find((each) => each.name === name);
    if (field === undefined) return { ok: false, reason: `is no field of ${at.typeName}` };
    if (i === names.length - 1) return scalarType(field);
    if (field.fieldKind !== "message") {
      return { ok: false, reason: `goes through ${field.name}, which is no single message` };
    }
    at = field.message;
  }
  return { ok: false, reason: "is empty" };
}

function scalarType(field: DescField): TypeResult {
  if (field.fieldKind === "enum") return { ok: true, type: "enum" };
  if (field.fieldKind === "scalar") {
    const name = scalarNames[field.scalar];
    if (name !== undefined) return { ok: true, type: name };
  }
  return {
    ok: false,
    reason: `is no single string, integer or enum field of ${field.parent.typeName}`,
  };
}

/** By protobuf's numbers of scalar types: string, and the integers of every encoding. */
const scalarNames: Partial<Record<number, "string" | "integer">> = {
  9: "string",
  3: "integer",
  4: "integer",
  5: "integer",
  6: "integer",
  7: "integer",
  13: "integer",
  15: "integer",
  16: "integer",
  17: "integer",
  18: "integer",
};
