import sarifSchema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with {
  type: "json",
};
import { Ajv } from "ajv";
import ajvDraft04 from "ajv-draft-04";
import ajvFormats from "ajv-formats";
import { CURRENT_SPEC_VERSION, getSchema } from "ctrf";

// One pattern of SARIF's schema is none with the flag `u`.
const draft04 = new ajvDraft04.default({ strict: false, allErrors: true, unicodeRegExp: false });
const draft07 = new Ajv({ allErrors: true });
ajvFormats.default(draft04);
ajvFormats.default(draft07);
const isSarif = draft04.compile(sarifSchema);
const isCtrf = draft07.compile(getSchema(CURRENT_SPEC_VERSION));

/** What is wrong with a document by the schema of SARIF 2.1.0. */
export function sarifProblems(text: string): unknown[] {
  isSarif(JSON.parse(text));
  return isSarif.errors ?? [];
}

/** What is wrong with a document by the schema that CTRF has now. */
export function ctrfProblems(text: string): unknown[] {
  const document = JSON.parse(text);
  isCtrf(document);
  // The schema takes every version, also one that there is not.
  const version: unknown = document.specVersion;
  return [
    ...(isCtrf.errors ?? []),
    ...(version === CURRENT_SPEC_VERSION ? [] : [`version ${version}`]),
  ];
}
