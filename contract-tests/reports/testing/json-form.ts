/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

export const object: Schema = { type: "object" };

/** An object with exactly these fields. */
export function strict(fields: Readonly<Record<string, Schema>>): Schema {
  return optional(fields, {});
}

/** An object with the first fields, and perhaps the second. */
export function optional(
  required: Readonly<Record<string, Schema>>,
  more: Readonly<Record<string, Schema>>,
): Schema {
  return {
    type: "object",
    required: Object.keys(required),
    properties: { ...required, ...more },
    additionalProperties: false,
  };
}
