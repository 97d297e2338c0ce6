import type { SubjectUse } from "../../usage/usage.ts";

/** Protos before and after a change that a rule finds: texts by the path of their file. */
export interface RuleExample {
  /** A release before that, for what a comparison with head alone would forget. */
  readonly earlier?: Readonly<Record<string, string>>;
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
  /** What a consumer uses, for what a comparison of protos alone does not show. */
  readonly use?: SubjectUse;
  /** Other rules that find something in the same change, each in another element. */
  readonly also?: readonly string[];
}

/** An example and the rule that it is for. */
export type ExampleRow = readonly [rule: string, example: RuleExample];

export const shopFile = "acme/shop/v1/shop.proto";

function inFile(head: string) {
  return (before: string, after: string): RuleExample => ({
    before: { [shopFile]: `${head}\n${before.trim()}\n` },
    after: { [shopFile]: `${head}\n${after.trim()}\n` },
  });
}

/** A change in one file; the texts are what follows the package. */
export const proto3 = inFile('syntax = "proto3";\npackage acme.shop.v1;\n');
export const proto2 = inFile('syntax = "proto2";\npackage acme.shop.v1;\n');
export const edition = inFile('edition = "2023";\npackage acme.shop.v1;\n');
export const bound = inFile(
  'syntax = "proto3";\npackage acme.shop.v1;\n\nimport "charter/nats/v1/binding.proto";\n',
);
export const checked = inFile(
  'syntax = "proto3";\npackage acme.shop.v1;\n\nimport "buf/validate/validate.proto";\nimport "charter/nats/v1/binding.proto";\n',
);
