import { readFileSync } from "node:fs";

/** Something that a reader of a page does. */
export type PageStep =
  | { readonly kind: "file"; readonly path: string; readonly content: string }
  /** A command for a shell, and the lines that the page promises of its output. */
  | { readonly kind: "command"; readonly command: string; readonly lines: readonly string[] };

const block = /(?:<!-- file: (?<path>\S+) -->\n)?```(?<language>\w+)\n(?<content>[\s\S]*?)```/g;

/** What a page tells its reader to do, in its order: commands to run, and files to write. */
export function readPage(path: string): readonly PageStep[] {
  const steps: PageStep[] = [];
  for (const { groups = {} } of readFileSync(path, "utf8").matchAll(block)) {
    const { path: file, language, content = "" } = groups;
    if (file !== undefined) steps.push({ kind: "file", path: file, content });
    else if (language === "console") steps.push(...commandsIn(content));
  }
  return steps;
}

/** A line that is a mark of something left out promises nothing. */
function commandsIn(content: string): PageStep[] {
  return content.split(/^\$ /m).flatMap((part): PageStep[] => {
    const [command = "", ...output] = part.split("\n");
    const lines = output.map((line) => line.trimEnd()).filter((line) => !/^\s*…?$/.test(line));
    return command === "" ? [] : [{ kind: "command", command, lines }];
  });
}
