import type { ParticipantUse } from "../../../contract-tests/clients/usage.ts";
import { missingFrom, missingText, type UsedContract } from "../../core/usage/missing.ts";
import type { Context, Outcome } from "../command.ts";
import { type Lost, renderMissing } from "../render/usage.ts";
import { parseRevisionName, readRevisions } from "../revisions/read-revisions.ts";

/** What the contracts at a place lack of what is used: law C2. */
export async function compareUsage(
  context: Context,
  uses: readonly ParticipantUse[],
  where: string,
): Promise<Outcome> {
  const contracts = await contractsAt(context, where, uses);
  const compared = uses.filter(({ module }) => contracts.has(module));
  const missing = compared.flatMap((use): readonly Lost[] => {
    const contract = contracts.get(use.module);
    if (contract === undefined) return [];
    const { participant, module } = use;
    return missingFrom(use, contract).map((each) => {
      const problem = missingText(each, participant, contract.label);
      return { participant, module, ...each, problem };
    });
  });
  const modules = new Set(uses.map(({ module }) => module));
  const left = [...modules].filter((module) => !contracts.has(module));
  return {
    exit: missing.length > 0 ? "findings" : compared.length > 0 ? "done" : "inconclusive",
    json: { law: "C2", uses, missing, notCompared: left },
    text: (style) => renderMissing(compared, missing, left, style),
  };
}

/** A contract, and what it is called: a version, a folder, a git ref. */
interface NamedContract extends UsedContract {
  readonly label: string;
}

/** The contracts of the used modules at a place, by module. */
async function contractsAt(
  context: Context,
  where: string,
  uses: readonly ParticipantUse[],
): Promise<ReadonlyMap<string, NamedContract>> {
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
