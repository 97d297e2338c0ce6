import { parse as parseCel } from "@bufbuild/cel";
import { type Position, readYamlLines } from "../../registry/core/bindings-file/yaml-lines.ts";
import type { ContractSettings } from "../runner/settings.ts";
import type { ContractFileProblem } from "./contract-file-error.ts";
import { limits } from "./limits.ts";
import { misfitsOf } from "./misfits.ts";
import { type Content, settingsOf } from "./settings-of.ts";

export type ContractFileRead =
  | { readonly ok: true; readonly settings: ContractSettings }
  | { readonly ok: false; readonly problems: readonly ContractFileProblem[] };

/**
 * Reads the text of a contract file, as far as it can be read without the contracts: it is YAML, its
 * schema allows it, and its expressions are CEL.
 *
 * @param file its name in what is said of it
 */
export function parseContractFile(file: string, text: string): ContractFileRead {
  const refused = (problems: readonly (Position & { readonly message: string })[]) => ({
    ok: false as const,
    problems: problems.map((each) => ({ ...each, file })),
  });
  if (text.length > limits.fileLength) {
    const message = `it has ${text.length} characters, and at most ${limits.fileLength} are read; split it`;
    return refused([{ line: 1, column: 1, message }]);
  }
  const yaml = readYamlLines(text, limits.depth);
  if (!yaml.ok) return refused(yaml.problems.map((each) => ({ column: 1, ...each })));
  const { positionOf } = yaml;
  const said = ({ path, reason }: { path: readonly string[]; reason: string }) => ({
    ...positionOf(path),
    message: path.length === 0 ? reason : `${path.join(": ")}: ${reason}`,
  });
  const misfits = misfitsOf(yaml.value);
  if (misfits.length > 0) return refused(misfits.map(said));
  const content = yaml.value as Content;
  const problems = [...repeatedNames(content), ...celProblems(content), ...dayProblems(content)];
  if (problems.length > 0) return refused(problems.map(said));
  return { ok: true, settings: settingsOf(content, file, positionOf) };
}

interface Problem {
  readonly path: readonly string[];
  readonly reason: string;
}

function examplesOf(content: Content) {
  return Object.entries(content.subjects ?? {}).flatMap(([subject, { examples = [] }]) =>
    examples.map((example, i) => ({ example, path: ["subjects", subject, "examples", `${i}`] })),
  );
}

function repeatedNames(content: Content): Problem[] {
  const seen = new Set<string>();
  return examplesOf(content).flatMap(({ example, path }) => {
    const key = JSON.stringify([path[1], example.name]);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ path: [...path, "name"], reason: "another example of the subject has this name" }];
  });
}

function celProblems(content: Content): Problem[] {
  return examplesOf(content).flatMap(({ example, path }) => {
    const { cel } = example.expect;
    if (cel === undefined) return [];
    try {
      parseCel(cel);
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const bare = reason.replace(/^<input>:/, "at ");
      return [{ path: [...path, "expect", "cel"], reason: `it is no CEL: ${bare}` }];
    }
  });
}

/** `2027-02-30` has the form of a day, and is none. */
function dayProblems(content: Content): Problem[] {
  return (content.known_failing ?? []).flatMap(({ until }, i) =>
    new Date(`${until}T00:00:00Z`).toISOString().startsWith(until)
      ? []
      : [{ path: ["known_failing", `${i}`, "until"], reason: `there is no day ${until}` }],
  );
}
