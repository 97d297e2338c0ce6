import type { Action, Change, Plan } from "../streams/planned.ts";
import type { Look, Style } from "./style.ts";
import { renderPairs } from "./table.ts";

const looks: Readonly<Record<Action, Look>> = {
  create: "green",
  change: "yellow",
  unchanged: "dim",
  conflict: "red",
};

const done: Readonly<Record<Action, string>> = {
  create: "created",
  change: "changed",
  unchanged: "unchanged",
  conflict: "conflict",
};

/** A plan with its settings, or what was done of it. */
export function renderPlan(plan: Plan, applied: boolean, style: Style): string {
  const all = [
    ...plan.streams.map((each) => ({ ...each, what: `stream ${each.name}` })),
    ...plan.consumers.map((each) => ({ ...each, what: `consumer ${each.name} of ${each.stream}` })),
  ];
  if (all.length === 0) return "No registered event is kept in a stream.";
  const blocks = all.map(({ action, what, changes, conflicts, notes }) => {
    const word = applied ? done[action] : action;
    const pairs = [
      ...changes.map((change): [string, string] => [change.setting, textOf(change)]),
      ...notes.map((note): [string, string] => ["note", note]),
      ...conflicts.map((conflict): [string, string] => ["conflict", conflict]),
    ];
    const head = `${style(looks[action], word.padEnd(9))}  ${what}`;
    return pairs.length === 0 ? head : `${head}\n${renderPairs(pairs, style)}`;
  });
  return `${blocks.join("\n")}\n\n${summaryOf(all, applied)}`;
}

function textOf({ from, to }: Change): string {
  return from === null ? to : `${from} → ${to}`;
}

function summaryOf(all: readonly { readonly action: Action }[], applied: boolean): string {
  const count = (action: Action) => all.filter((each) => each.action === action).length;
  const conflicts = count("conflict");
  if (conflicts > 0) return `${conflicts} in conflict, so nothing is applied.`;
  const [created, changed, unchanged] = [count("create"), count("change"), count("unchanged")];
  if (applied) return `${created} created, ${changed} changed, ${unchanged} unchanged.`;
  const remedy = created + changed > 0 ? " `charter stream apply` does it." : "";
  return `${created} to create, ${changed} to change, ${unchanged} unchanged.${remedy}`;
}
