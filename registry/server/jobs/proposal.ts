import { bindingsAsFile, bindingsFileName } from "../../core/bindings-file/bindings-file-name.ts";
import { type FailurePlace, RegistryFailure } from "../../core/failure.ts";
import { limits } from "../../core/limits.ts";
import { parseModuleName } from "../../core/module-name.ts";
import { revisionDigest, type SchemaFile } from "../../core/revision/digest.ts";
import { filePathProblem, isBuiltIn } from "../../core/revision/file-path.ts";
import { type Import, scanProto } from "../../core/revision/scan.ts";

/** A module of a proposal as a client sent it. */
export interface ProposedModule {
  readonly name: string;
  readonly files: readonly SchemaFile[];
  /** The text of its bindings.yaml. */
  readonly bindings?: string;
  readonly expectedHead?: string | null;
}

/** A revision that was looked at and may be compiled. */
export interface ProposedRevision {
  readonly module: string;
  readonly digest: string;
  readonly files: readonly SchemaFile[];
  /** The text of its bindings.yaml, or null. */
  readonly bindingsFile: string | null;
  /** The imports of each file by its path. */
  readonly imports: ReadonlyMap<string, readonly Import[]>;
}

/**
 * Looks at a proposal before anything is compiled: names, paths, sizes, nesting.
 *
 * @throws RegistryFailure that names every wrong place
 */
export function inspectProposal(modules: readonly ProposedModule[]): readonly ProposedRevision[] {
  const places: FailurePlace[] = [];
  const owners = new Map<string, string>();
  const names = new Set<string>();
  let elements = 0;
  let fileCount = 0;
  let bindingsLength = 0;
  const revisions = modules.map((module) => {
    if (parseModuleName(module.name) === null) {
      places.push({
        message: `"${module.name}" is no module name; expected <owner>/<name> in lower case, such as bodybroker/npc`,
      });
    }
    if (names.has(module.name))
      places.push({ message: `the module "${module.name}" is there twice` });
    names.add(module.name);
    const imports = new Map<string, readonly Import[]>();
    for (const file of module.files) {
      fileCount++;
      const problem = pathProblem(file.path, module.name, owners);
      if (problem !== null) {
        places.push({ message: problem, module: module.name });
        continue;
      }
      owners.set(file.path, module.name);
      if (!file.content.isWellFormed()) {
        // It would be stored as other text than was judged.
        const message = "the file is no Unicode text: it has half of a surrogate pair";
        places.push({ message, module: module.name, file: file.path });
      }
      const scan = scanProto(file.path, file.content);
      if (scan.problem !== null) places.push({ ...scan.problem, module: module.name });
      elements += scan.statements;
      imports.set(file.path, scan.imports);
    }
    const files = [...module.files].sort((a, b) => (a.path < b.path ? -1 : 1));
    const bindingsFile = module.bindings ?? null;
    bindingsLength += bindingsFile?.length ?? 0;
    const digest = revisionDigest([...files, ...bindingsAsFile(bindingsFile)]);
    return { module: module.name, digest, files, bindingsFile, imports };
  });
  if (bindingsLength > limits.bindingsLengthPerProposal) {
    places.push({
      message: `all ${bindingsFileName} of the proposal have ${bindingsLength} characters, at most ${limits.bindingsLengthPerProposal} are allowed; push fewer modules at once`,
    });
  }
  if (fileCount > limits.filesPerProposal) {
    places.push({
      message: `the proposal has ${fileCount} files, at most ${limits.filesPerProposal} are allowed; push fewer modules at once`,
    });
  }
  if (elements > limits.elementsPerProposal) {
    places.push({
      message: `the proposal has about ${elements} fields and values, at most ${limits.elementsPerProposal} are allowed; push fewer modules at once`,
    });
  }
  if (places.length > 0) {
    throw new RegistryFailure(
      "INVALID_REQUEST",
      `The proposal cannot be read: ${places[0]?.message}.`,
      { places },
    );
  }
  return revisions;
}

function pathProblem(path: string, module: string, owners: Map<string, string>): string | null {
  const shown = JSON.stringify(path.slice(0, limits.pathLength));
  const problem = filePathProblem(path);
  if (problem !== null) return `${shown} is no path of a proto file: ${problem}`;
  if (isBuiltIn(path)) return `${shown} is supplied by the registry; leave it out of the module`;
  const other = owners.get(path);
  if (other === module) return `${shown} is there twice`;
  if (other !== undefined)
    return `${shown} is in the modules ${other} and ${module}; a file belongs to one`;
  return null;
}
