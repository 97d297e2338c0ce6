import type { CommandDefinition } from "./command.ts";

type Add = <Flags>(definition: CommandDefinition<Flags>) => void;

/** Every command in the order of the help, with what loads its definition. */
const loaders: Readonly<Record<string, (add: Add) => Promise<void>>> = {
  init: async (add) => add((await import("./commands/init.ts")).init),
  "module check": async (add) => add((await import("./commands/module-check.ts")).moduleCheck),
  "module push": async (add) => add((await import("./commands/module-push.ts")).modulePush),
  "module report": async (add) => add((await import("./commands/module-report.ts")).moduleReport),
  "module retire": async (add) => add((await import("./commands/module-retire.ts")).moduleRetire),
  "module list": async (add) => add((await import("./commands/module-list.ts")).moduleList),
  "module show": async (add) => add((await import("./commands/module-show.ts")).moduleShow),
  "module diff": async (add) => add((await import("./commands/module-diff.ts")).moduleDiff),
  "policy show": async (add) => add((await import("./commands/policy-show.ts")).policyShow),
  "policy list": async (add) => add((await import("./commands/policy-list.ts")).policyList),
  "policy set": async (add) => add((await import("./commands/policy-set.ts")).policySet),
  "subject resolve": async (add) =>
    add((await import("./commands/subject-resolve.ts")).subjectResolve),
  "subject list": async (add) => add((await import("./commands/subject-list.ts")).subjectList),
  "service list": async (add) => add((await import("./commands/service-list.ts")).serviceList),
  "deploy record": async (add) => add((await import("./commands/deploy-record.ts")).deployRecord),
  "deploy check": async (add) => add((await import("./commands/deploy-check.ts")).deployCheck),
  "deploy matrix": async (add) => add((await import("./commands/deploy-matrix.ts")).deployMatrix),
  "deploy end": async (add) => add((await import("./commands/deploy-end.ts")).deployEnd),
  "stream plan": async (add) => add((await import("./commands/stream-plan.ts")).streamPlan),
  "stream apply": async (add) => add((await import("./commands/stream-apply.ts")).streamApply),
  "stubs list": async (add) => add((await import("./commands/stubs-list.ts")).stubsList),
  "stubs publish": async (add) => add((await import("./commands/stubs-publish.ts")).stubsPublish),
  "stubs upgrade": async (add) => add((await import("./commands/stubs-upgrade.ts")).stubsUpgrade),
  "contract test": async (add) => add((await import("./commands/contract-test.ts")).contractTest),
  "contract replay": async (add) =>
    add((await import("./commands/contract-replay.ts")).contractReplay),
  "contract shadow": async (add) =>
    add((await import("./commands/contract-shadow.ts")).contractShadow),
  "contract client": async (add) =>
    add((await import("./commands/contract-client.ts")).contractClient),
  "contract usage": async (add) =>
    add((await import("./commands/contract-usage.ts")).contractUsage),
  mock: async (add) => add((await import("./commands/mock.ts")).mock),
  explain: async (add) => add((await import("./commands/explain.ts")).explain),
};

/**
 * Loads the definition that a command line is about, or all of them when it is about none: each
 * needs modules of its own, and a check that waits for those of the others starts later.
 *
 * @param argv without node and script
 */
export async function loadCommands(argv: readonly string[], add: Add): Promise<void> {
  const names = Object.keys(loaders);
  const chosen = names.filter((name) => name.split(" ").every((word, i) => word === argv[i]));
  for (const name of chosen.length === 0 ? names : chosen) await loaders[name]?.(add);
}
