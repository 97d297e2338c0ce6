import { clone, fromBinary, isFieldSet, toBinary } from "@bufbuild/protobuf";
import {
  type FileDescriptorSet,
  FileDescriptorSetSchema,
  type SourceCodeInfo_Location,
  SourceCodeInfo_LocationSchema,
} from "@bufbuild/protobuf/wkt";

const { leadingComments, trailingComments } = SourceCodeInfo_LocationSchema.field;

/**
 * Reads a compiled image, with comments made safe to print. Drops what buf adds to a file beside its
 * descriptor, which says how it was compiled and not what it is. Throws when it is no image.
 */
export function readImage(image: Uint8Array): FileDescriptorSet {
  const set = fromBinary(FileDescriptorSetSchema, image);
  for (const file of set.file) {
    file.$unknown = [];
    for (const location of file.sourceCodeInfo?.location ?? []) tameComments(location);
  }
  return set;
}

function tameComments(location: SourceCodeInfo_Location): void {
  if (isFieldSet(location, leadingComments)) {
    location.leadingComments = tameComment(location.leadingComments);
  }
  if (isFieldSet(location, trailingComments)) {
    location.trailingComments = tameComment(location.trailingComments);
  }
  location.leadingDetachedComments = location.leadingDetachedComments.map(tameComment);
}

/**
 * Comments are untrusted text that is printed into code. The plugin framework keeps them from
 * ending a comment; this keeps them from meaning something in one: a line that begins right after
 * the slashes can be a directive (`/// <reference`, `//# sourceMappingURL`), and control and
 * bidirectional characters can show a reader other code than there is.
 */
function tameComment(comment: string): string {
  return comment
    .replace(/\r\n|[\r\u2028\u2029]/g, "\n")
    .replace(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "")
    .replace(/^(?=[^ \n])/gm, " ");
}

/** The image as a package carries it: the schema alone. Comments are in the declarations. */
export function writeSchema(set: FileDescriptorSet): Uint8Array {
  const bare = clone(FileDescriptorSetSchema, set);
  for (const file of bare.file) file.sourceCodeInfo = undefined;
  return toBinary(FileDescriptorSetSchema, bare);
}
