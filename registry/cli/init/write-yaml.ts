import { posix } from "node:path";
import { stringify } from "yaml";
import { bindingsFileName } from "../../core/bindings-file/bindings-file-name.ts";
import type { EstateProposal } from "./propose.ts";
import type { BindingProposal, ModuleProposal } from "./propose-bindings.ts";

/** A file that is proposed, by its path in the folder. */
export interface ProposedFile {
  readonly path: string;
  readonly text: string;
}

/** The file that `charter policy set` takes. */
export const policyFileName = "policy.yaml";

/** @param url the registry, whose schema editors ask for */
export function proposedFiles(estate: EstateProposal, url: string): readonly ProposedFile[] {
  return [
    { path: "buf.yaml", text: bufYaml(estate) },
    ...estate.modules.flatMap((module): ProposedFile[] => {
      const text = bindingsYaml(module, `${estate.owner}/${module.name}`, url);
      return text === null ? [] : [{ path: bindingsPath(module), text }];
    }),
    ...(estate.naming === null ? [] : [{ path: policyFileName, text: policyYaml(estate) }]),
  ];
}

function bindingsPath({ includes, root }: ModuleProposal): string {
  return posix.join(includes[0] ?? root, bindingsFileName);
}

function bufYaml({ owner, modules }: EstateProposal): string {
  const entries = modules.map(({ name, root, includes, excludes }) => ({
    path: root,
    name: `charter.localhost/${owner}/${name}`,
    ...(includes.length === 0 ? {} : { includes }),
    ...(excludes.length === 0 ? {} : { excludes }),
  }));
  return `# Proposed by \`charter init\`. buf wants a host in front of a name; Charter drops it.\n${stringify({ version: "v2", modules: entries })}`;
}

function policyYaml({ owner, naming }: EstateProposal): string {
  return `# Proposed by \`charter init\`: how the subjects of ${owner} are named. What is left out is as in the
# built-in policy; if your registry has a policy already, add this to what \`charter policy show\` prints.
${stringify({ subjects: { [owner]: naming } }, { lineWidth: 0 })}`;
}

/** Null where there is nothing to bind and nothing to decide. */
function bindingsYaml(module: ModuleProposal, name: string, url: string): string | null {
  const { services, bindings, suspects } = module;
  if (bindings.length === 0 && suspects.length === 0 && services.length === 0) return null;
  const sections = [
    servicesSection(module),
    section("requests", bindings),
    section("events", bindings),
    suspectsSection(suspects),
  ];
  return `# yaml-language-server: $schema=${url}/v1/schemas/bindings.json
# The bindings of ${name}, proposed by \`charter init\`. What is marked DECIDE is not bound yet.

${sections.filter((each) => each !== "").join("\n")}`;
}

function servicesSection({ services, bindings }: ModuleProposal): string {
  const entries = services.flatMap(({ element, queueGroup, owner, isConvention }): Entry[] => {
    const rpcs = bindings.filter((each) => each.element.startsWith(`${element}.`));
    if (rpcs.length === 0) return [];
    const guess = isConvention ? " # DECIDE: no comment names the queue group" : "";
    const by = owner === null ? "" : `    owner: ${owner}\n`;
    const text = `  ${element}:\n    queue_group: ${stringify(queueGroup).trimEnd()}${guess}\n${by}`;
    return [{ text, isBound: rpcs.some((each) => each.undecided === null) }];
  });
  return sectionOf("services", entries);
}

function section(name: BindingProposal["section"], all: readonly BindingProposal[]): string {
  const own = all.filter((each) => each.section === name);
  return sectionOf(
    name,
    own.map((each): Entry => {
      const todo = each.undecided === null ? "" : `  # DECIDE: ${each.undecided}\n`;
      return { text: `${todo}${entryOf(each)}`, isBound: each.undecided === null };
    }),
  );
}

/** Lines below a section's key, and whether they hold. */
interface Entry {
  readonly text: string;
  readonly isBound: boolean;
}

/** What does not hold is commented out so that it holds once its `# ` is taken away. */
function sectionOf(name: string, entries: readonly Entry[]): string {
  const bound = entries.filter((each) => each.isBound).map((each) => each.text);
  const open = entries.filter((each) => !each.isBound).map((each) => each.text);
  if (entries.length === 0) return "";
  if (bound.length === 0) return `${name}:\n${open.join("")}`.replace(/^(?=.)/gm, "# ");
  const commented = open.join("").replace(/^ {2}(?!# )(?=.)/gm, "  # ");
  return `${name}:\n${bound.join("")}${commented}`;
}

function entryOf({ element, options, file, line }: BindingProposal): string {
  const text = stringify(Object.fromEntries(options), { lineWidth: 0 });
  return `  ${element}: # ${file}:${line}\n${text.replace(/^(?=.)/gm, "    ")}`;
}

function suspectsSection(suspects: readonly string[]): string {
  if (suspects.length === 0) return "";
  const lines = suspects.map((each) => `#   - ${each}\n`);
  return `# DECIDE: these fields look like personal or secret data.\n# sensitive:\n${lines.join("")}`;
}
