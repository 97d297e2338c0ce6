import { behaviourExamples } from "./behaviour-examples.ts";
import { bindingExamples } from "./binding-examples.ts";
import type { RuleExample } from "./example.ts";
import { fieldExamples } from "./field-examples.ts";
import { fileExamples } from "./file-examples.ts";
import { extensionExamples, typeExamples } from "./type-examples.ts";
import { versionExamples } from "./version-examples.ts";

/** The example of each rule, by the rule's id. */
export const ruleExamples: ReadonlyMap<string, RuleExample> = new Map([
  ...fieldExamples,
  ...typeExamples,
  ...extensionExamples,
  ...fileExamples,
  ...bindingExamples,
  ...versionExamples,
  ...behaviourExamples,
]);
