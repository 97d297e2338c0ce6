import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";

/** The field number of `dependency`, which the paths of SourceCodeInfo begin with. */
const dependencyField = 3;

/** Makes a file import another one, in place, where a formatter would put the import. */
export function importFile(file: FileDescriptorProto, path: string): void {
  if (file.dependency.includes(path)) return;
  const later = file.dependency.findIndex((each) => each > path);
  const at = later < 0 ? file.dependency.length : later;
  const moved = (index: number) => (index >= at ? index + 1 : index);
  file.dependency.splice(at, 0, path);
  file.publicDependency = file.publicDependency.map(moved);
  file.weakDependency = file.weakDependency.map(moved);
  for (const { path: location } of file.sourceCodeInfo?.location ?? []) {
    const [field, index] = location;
    if (field === dependencyField && index !== undefined) location[1] = moved(index);
  }
}

/** Orders files so that each follows those that it imports, and changes the order no further. */
export function sortByImports(files: readonly FileDescriptorProto[]): FileDescriptorProto[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const sorted = new Set<FileDescriptorProto>();
  const visit = (file: FileDescriptorProto): void => {
    if (sorted.has(file)) return;
    for (const name of file.dependency) {
      const imported = byName.get(name);
      if (imported !== undefined) visit(imported);
    }
    sorted.add(file);
  };
  for (const file of files) visit(file);
  return [...sorted];
}
