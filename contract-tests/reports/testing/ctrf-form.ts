import { object, optional, type Schema, strict } from "./json-form.ts";

const text: Schema = { type: "string", minLength: 1 };
const whole: Schema = { type: "integer", minimum: 0 };

/**
 * The Common Test Report Format 1.0.0 (ctrf.io) in our own words, as far as a run fills it: no field
 * that the format does not have, none that it needs left out, and its types and words.
 */
export const ctrfForm: Schema = strict({
  reportFormat: { const: "CTRF" },
  specVersion: { const: "1.0.0" },
  runId: text,
  timestamp: { type: "string", format: "date-time" },
  generatedBy: { type: "string" },
  results: strict({
    tool: strict({ name: text }),
    summary: strict({
      tests: whole,
      passed: whole,
      failed: whole,
      skipped: whole,
      pending: whole,
      other: whole,
      suites: whole,
      start: whole,
      stop: whole,
      duration: whole,
    }),
    tests: {
      type: "array",
      items: optional(
        {
          testId: text,
          name: text,
          status: { enum: ["passed", "failed", "skipped", "pending", "other"] },
          rawStatus: { type: "string" },
          duration: whole,
          suite: { type: "array", minItems: 1, items: { type: "string" } },
          tags: { type: "array", items: { type: "string" } },
          type: { type: "string" },
          extra: object,
        },
        {
          message: { type: "string" },
          trace: { type: "string" },
          filePath: { type: "string" },
          line: whole,
        },
      ),
    },
    environment: strict({ testEnvironment: { type: "string" } }),
    extra: object,
  }),
});
