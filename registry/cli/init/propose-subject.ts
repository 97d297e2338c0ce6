import { parsePattern, type SubjectPattern } from "../../core/subject/pattern.ts";

/** A message, as far as a subject's parameters ask for it. */
export interface ParameterSource {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: string }[];
}

export type SubjectResult =
  | { readonly ok: true; readonly pattern: SubjectPattern }
  | { readonly ok: false; readonly reason: string };

/** What may stand in a subject; a type that is no scalar may be an enum, which may. */
const unfit = new Set(["bool", "bytes", "double", "float"]);

const parameter = /^(?:\{(.+)\}|<(.+)>|\$\{(.+)\}|[:$](\w.*))$/;

/**
 * The pattern that a comment's subject means: `<questId>`, `:quest_id`, `${quest_id}` are the field
 * of that name.
 *
 * @param message where the fields are; null where it is in no file
 */
export function proposeSubject(text: string, message: ParameterSource | null): SubjectResult {
  const tokens: string[] = [];
  for (const token of text.split(/\.(?![^{<]*[}>])/)) {
    const name = parameter
      .exec(token)
      ?.slice(1)
      .find((each) => each !== undefined);
    if (token === "*" || token === ">") {
      return {
        ok: false,
        reason: `"${text}" has a wildcard; write the field that stands there, as in ${exampleOf(text, token, message)}`,
      };
    }
    if (name === undefined) {
      tokens.push(token);
      continue;
    }
    const field = fieldNamed(name, message);
    if (field === null) {
      return {
        ok: false,
        reason: `"${text}" has the parameter ${token}, and ${message?.name ?? "its message"} has no string, integer or enum field of that name`,
      };
    }
    tokens.push(`{${field}}`);
  }
  return parsePattern(tokens.join("."));
}

function exampleOf(text: string, wildcard: string, message: ParameterSource | null): string {
  const field = message?.fields.find((each) => !unfit.has(each.type));
  return text.replace(wildcard, `{${field?.name ?? "field"}}`);
}

/** The field of a name, however it is spelt. */
function fieldNamed(name: string, message: ParameterSource | null): string | null {
  const plain = (text: string) => text.replaceAll(/[_-]/g, "").toLowerCase();
  const found = message?.fields.find((field) => plain(field.name) === plain(name));
  return found === undefined || unfit.has(found.type) ? null : found.name;
}
