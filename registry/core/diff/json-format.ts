import type { DescEnum, DescMessage } from "@bufbuild/protobuf";
import { Edition, FeatureSet_JsonFormat as JsonFormat } from "@bufbuild/protobuf/wkt";

/**
 * Whether a type has a JSON form that is checked: its own feature, or that of what it stands in, or
 * the default of its file's syntax.
 */
export function jsonFormatOf(type: DescMessage | DescEnum): "checked" | "best effort" {
  for (let at: DescMessage | DescEnum | undefined = type; at !== undefined; at = at.parent) {
    const chosen = at.proto.options?.features?.jsonFormat;
    if (isChosen(chosen)) return inWords(chosen);
  }
  const ofFile = type.file.proto.options?.features?.jsonFormat;
  if (isChosen(ofFile)) return inWords(ofFile);
  return type.file.edition === Edition.EDITION_PROTO2 ? "best effort" : "checked";
}

function isChosen(format: JsonFormat | undefined): format is JsonFormat {
  return format !== undefined && format !== JsonFormat.JSON_FORMAT_UNKNOWN;
}

function inWords(format: JsonFormat): "checked" | "best effort" {
  return format === JsonFormat.ALLOW ? "checked" : "best effort";
}
