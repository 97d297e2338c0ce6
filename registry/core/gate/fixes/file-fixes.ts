import type { DescFile } from "@bufbuild/protobuf";
import { FileOptionsSchema } from "@bufbuild/protobuf/wkt";
import { syntaxOf } from "../../diff/compare-files.ts";
import { optionAspects } from "../../diff/options.ts";
import type { ComparedRevision } from "../../diff/revision.ts";
import type { Change } from "../change.ts";

/** What a file said in its head and says no more. */
export function fileFix(
  { rule, element }: Change,
  old: ComparedRevision,
  now: ComparedRevision,
): string | null {
  const [before, after] = [old.registry.getFile(element), now.registry.getFile(element)];
  if (before === undefined) return null;
  if (after === undefined) return `Put ${element} back.`;
  switch (rule) {
    case "FILE_SAME_PACKAGE":
      return `In ${element}, write \`package ${before.proto.package};\` again.`;
    case "FILE_SAME_SYNTAX":
      return `In ${element}, write \`${syntaxLine(before)}\` again.`;
    default:
      return optionFix(rule, [before, after], [old, now]);
  }
}

function syntaxLine(file: DescFile): string {
  const [word, edition] = syntaxOf(file).split(" ");
  return edition === undefined ? `syntax = "${word}";` : `edition = "${edition}";`;
}

/** FILE_SAME_GO_PACKAGE is about the option go_package, and so are the others. */
function optionFix(
  rule: string,
  [before, after]: readonly [DescFile, DescFile],
  [old, now]: readonly [ComparedRevision, ComparedRevision],
): string | null {
  const name = rule.replace("FILE_SAME_", "").toLowerCase();
  const sides = [before.proto.options, after.proto.options] as const;
  const [options] = optionAspects(FileOptionsSchema, sides, [old.registry, now.registry]);
  const value = options.get(`option ${name}`);
  const path = `${after.name}.proto`;
  return value === undefined || value === null
    ? `In ${path}, remove the option ${name}.`
    : `In ${path}, write \`option ${name} = ${value};\` again.`;
}
