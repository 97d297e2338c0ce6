import { type DescField, type FileRegistry, getOption } from "@bufbuild/protobuf";
import type { Change } from "../gate/change.ts";
import { sensitive } from "../gen/charter/nats/v1/binding_pb.js";
import { sourceLines } from "../revision/source-lines.ts";
import { allMessages } from "./read-bindings.ts";

/** Fields of a module's files that are marked sensitive in one revision and not in the next. */
export function compareSensitive(
  before: FileRegistry,
  after: FileRegistry,
  files: Iterable<string>,
): readonly Change[] {
  const changes: Change[] = [];
  for (const path of files) {
    for (const message of allMessages(before.getFile(path)?.messages ?? [])) {
      for (const field of message.fields.filter(isSensitive)) {
        const now = after
          .getMessage(message.typeName)
          ?.fields.find((f) => f.number === field.number);
        if (now === undefined || isSensitive(now)) continue;
        const place = sourceLines(now.parent.file).place(now);
        const element = `${message.typeName}.${now.name}`;
        changes.push({
          rule: "SENSITIVE_NO_REMOVE",
          message: `${element} is not marked sensitive any more.`,
          element,
          place: { side: "proposal", ...place, column: 1 },
          before: "sensitive",
          after: null,
        });
      }
    }
  }
  return changes;
}

function isSensitive(field: DescField): boolean {
  return getOption(field, sensitive);
}
