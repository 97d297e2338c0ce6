import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Argument, Option } from "commander";
import type { Missing, UsedContract } from "../../../contract-tests/clients/check-usage.ts";
import type { ParticipantUse, UsageFile } from "../../../contract-tests/clients/usage.ts";
import type { CommandDefinition, Context } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import type { Style } from "../render/style.ts";
import { renderTable } from "../render/table.ts";
import { parseRevisionName, readRevisions } from "../revisions/read-revisions.ts";

interface Flags {
  readonly against?: string;
}

export const contractUsage: CommandDefinition<Flags> = {
  name: "contract usage",
  summary: "show which fields a consumer reads, and whether a release still has them (law C2)",
  details:
    "Generated stubs write usage files into the folder that CHARTER_RECORD_USE names while a consumer's tests run. Several files are taken together. With --against it ends with 0 when the release has every subject and field that is used, with the same type, with 100 when it lacks one, and with 3 when it has none of the modules.",
  arguments: [new Argument("<file...>", "such as usage/*.usage.json")],
  options: [
    new Option(
      "--against <where>",
      "registry for the newest releases, a release such as bodybroker/npc@1.2.0, a folder such as ., or a git ref",
    ),
  ],
  examples: [
    "charter contract usage usage/*.usage.json",
    "charter contract usage usage/*.usage.json --against registry",
    "charter contract usage usage/*.usage.json --against .",
  ],
  async run(context, paths, { against }) {
    const { mergeUses } = await import("../../../contract-tests/clients/usage.ts");
    const uses = mergeUses(await Promise.all(paths.map((path) => readUsage(context, path))));
    if (against === undefined) {
      return { exit: "done", json: { uses }, text: (style) => renderUses(uses, style) };
    }
    const { missingFrom } = await import("../../../contract-tests/clients/check-usage.ts");
    const contracts = await contractsAt(context, against, uses);
    const compared = uses.filter(({ module }) => contracts.has(module));
    const missing = compared.flatMap((use) => {
      const contract = contracts.get(use.module);
      return contract === undefined ? [] : missingFrom(use, contract);
    });
    const left = [...new Set(uses.map(({ module }) => module))].filter(
      (module) => !contracts.has(module),
    );
    return {
      exit: missing.length > 0 ? "findings" : compared.length > 0 ? "done" : "inconclusive",
      json: { law: "C2", uses, missing, notCompared: left },
      text: (style) => renderMissing(compared, missing, left, style),
    };
  },
};

async function readUsage({ cwd }: Context, path: string): Promise<UsageFile> {
  const { mostUsageBytes, parseUsage } = await import("../../../contract-tests/clients/usage.ts");
  const refused = (problem: string, cause?: unknown) =>
    new CommandFailure(
      "usage",
      `${path} is no usage file: ${problem}. Stubs write such files where CHARTER_RECORD_USE says.`,
      { cause },
    );
  let text: string;
  try {
    const { size } = await stat(resolve(cwd, path));
    if (size > mostUsageBytes) throw refused(`it has ${size} bytes; ${mostUsageBytes} is the most`);
    text = await readFile(resolve(cwd, path), "utf8");
  } catch (cause) {
    if (cause instanceof CommandFailure) throw cause;
    throw refused(`it cannot be read (${cause instanceof Error ? cause.message : cause})`, cause);
  }
  const parsed = parseUsage(text);
  if (!parsed.ok) throw refused(parsed.problem);
  return parsed.file;
}

/** The contracts of the used modules at a place, by module. */
async function contractsAt(
  context: Context,
  where: string,
  uses: readonly ParticipantUse[],
): Promise<ReadonlyMap<string, UsedContract>> {
  const used = [...new Set(uses.map(({ module }) => module))];
  const names = where === "registry" ? used : [where];
  const places = await Promise.all(
    names.map((name) => readRevisions(context, parseRevisionName(name))),
  );
  return new Map(
    places.flatMap(({ label, modules }) =>
      [...modules].flatMap(([module, { registry, bindings }]) => {
        const contract = { label: `${module} ${label}`, registry, bindings };
        return used.includes(module) ? [[module, contract] as const] : [];
      }),
    ),
  );
}

function renderUses(uses: readonly ParticipantUse[], style: Style): string {
  const rows = uses.map(({ participant, module, semver, subject, fields }) => [
    participant,
    `${module}@${semver}`,
    subject,
    fields.map(({ path }) => path).join(", ") || "(no field)",
  ]);
  return renderTable(["PARTICIPANT", "MADE WITH", "SUBJECT", "READS"], rows, style);
}

function renderMissing(
  compared: readonly ParticipantUse[],
  missing: readonly Missing[],
  left: readonly string[],
  style: Style,
): string {
  const fields = compared.reduce((sum, use) => sum + use.fields.length, 0);
  const lines = missing.map(({ problem }) => `  ${style("red", "C2")} ${problem}`);
  if (missing.length === 0 && compared.length > 0) {
    lines.push(
      `All ${fields} fields on ${compared.length} subjects are there, with the same types.`,
    );
  }
  if (left.length > 0) lines.push(style("yellow", `Not compared: ${left.join(", ")}.`));
  return lines.join("\n");
}
