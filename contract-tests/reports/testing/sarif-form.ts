import { object, optional, type Schema, strict } from "./json-form.ts";

const text: Schema = { type: "string" };
const level: Schema = { enum: ["none", "note", "warning", "error"] };
const message = strict({ text: { type: "string", minLength: 1 } });

const physicalLocation = strict({
  artifactLocation: strict({ uri: { type: "string", format: "uri-reference" } }),
  region: strict({ startLine: { type: "integer", minimum: 1 } }),
});

const location = optional(
  {
    logicalLocations: {
      type: "array",
      minItems: 1,
      items: strict({ fullyQualifiedName: text, kind: text }),
    },
  },
  { physicalLocation },
);

const rule = optional(
  {
    id: { type: "string", minLength: 1 },
    shortDescription: message,
    defaultConfiguration: strict({ level }),
    properties: strict({ tags: { type: "array", uniqueItems: true, items: text } }),
  },
  { fullDescription: message, help: strict({ text, markdown: text }) },
);

const result: Schema = {
  ...optional(
    {
      ruleId: text,
      ruleIndex: { type: "integer", minimum: 0 },
      kind: { enum: ["notApplicable", "pass", "fail", "review", "open", "informational"] },
      level,
      message,
      locations: { type: "array", minItems: 1, maxItems: 1, items: location },
      partialFingerprints: { type: "object", additionalProperties: text },
      properties: object,
    },
    {
      suppressions: {
        type: "array",
        uniqueItems: true,
        items: strict({
          kind: { enum: ["inSource", "external"] },
          status: { enum: ["accepted", "underReview", "rejected"] },
          justification: text,
        }),
      },
    },
  ),
  // §3.27.10: whatever is not of kind fail has level none.
  if: { properties: { kind: { const: "fail" } } },
  else: { properties: { level: { const: "none" } } },
};

/** SARIF 2.1.0 (OASIS) in our own words, as far as a run fills it. */
export const sarifForm: Schema = strict({
  $schema: { type: "string", format: "uri" },
  version: { const: "2.1.0" },
  runs: {
    type: "array",
    minItems: 1,
    maxItems: 1,
    items: strict({
      tool: strict({
        driver: strict({ name: text, rules: { type: "array", uniqueItems: true, items: rule } }),
      }),
      automationDetails: strict({ id: text }),
      columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
      invocations: {
        type: "array",
        items: strict({
          executionSuccessful: { type: "boolean" },
          exitCode: { type: "integer" },
          startTimeUtc: { type: "string", format: "date-time" },
          endTimeUtc: { type: "string", format: "date-time" },
        }),
      },
      results: { type: "array", items: result },
      properties: object,
    }),
  },
});
