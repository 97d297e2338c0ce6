import { Argument, Option } from "commander";
import { loadContract } from "../../../contract-tests/load-contracts.ts";
import type { ContractUnderTest } from "../../../contract-tests/runner/contract.ts";
import type { ReplayReport } from "../../../contract-tests/runner/replay/replay.ts";
import type { ContractSettings } from "../../../contract-tests/runner/settings.ts";
import type { Binding } from "../../core/binding/binding.ts";
import type { CommandDefinition, Context } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import type { Exit } from "../exit-code.ts";
import { plain } from "../render/style.ts";
import { contractFileOption, contractFiles, fitContractFiles } from "./contract-files.ts";
import {
  type BoundFlags,
  boundOptions,
  chooseClass,
  integer,
  maxSeed,
} from "./contract-test-options.ts";
import { parseModuleReference } from "./module-reference.ts";
import { protoLines } from "./proto-lines.ts";
import { casesOfReport, type WantedCase } from "./replayed-run.ts";
import { withNats } from "./with-nats.ts";

interface Flags extends BoundFlags {
  readonly file?: readonly string[];
  readonly law?: string;
  readonly rpc?: string;
  readonly event?: string;
  readonly seed?: number;
  readonly path?: string;
  readonly hex?: string;
  readonly case?: number;
}

export const contractReplay: CommandDefinition<Flags> = {
  name: "contract replay",
  summary: "try one failed case of an earlier run again, against what is live now",
  details:
    "Each failure of `charter contract test` ends with the command line that tries it again; a report of the run in JSON serves as well, and has the exact bytes. Ends with 100 when the case still breaks its law, with 0 when the law is kept now, and with 3 when nothing answers.",
  arguments: [
    new Argument("<module or report>", "such as bodybroker/npc@1.2.0, or the path of report.json"),
  ],
  options: [
    new Option("--law <id>", "the law that was broken"),
    new Option("--rpc <name>", "the rpc, such as Plan or bodybroker.npc.v1.NpcService.Plan"),
    new Option("--event <name>", "the message of an event, such as NpcPlanned"),
    new Option("--seed <number>", "the seed of that run").argParser(integer(0, maxSeed)),
    new Option("--path <path>", "the path to the case (default: the whole law)"),
    new Option("--hex <bytes>", "the exact message instead of a path"),
    new Option("--case <number>", "which failure of the report, from 1 (default: 1)").argParser(
      integer(1, 1_000_000),
    ),
    contractFileOption(),
    ...boundOptions(),
  ],
  examples: [
    "charter contract replay bodybroker/npc@1.2.0 --law R2 --rpc Plan --seed 42 --path 0/3:0:1",
    "charter contract replay report.json --case 2",
  ],
  async run(context, [subject = ""], flags) {
    const wanted = subject.endsWith(".json")
      ? await caseOfReport(context, subject, flags)
      : caseOfFlags(subject, flags);
    const registry = await context.registry();
    const contract = await loadContract(registry, wanted.module, wanted.semver);
    const report = await replay(context, contract, wanted, flags);
    const { renderReplay } = await import("../../../contract-tests/reports/text/render-replay.ts");
    const { module, semver, failure } = report;
    const places = failure === null ? [] : [{ module, semver, place: failure.place }];
    const protoLine = await protoLines(context, places);
    return {
      exit: exitOf(report),
      json: report,
      text: (style) => renderReplay(report, { color: style !== plain, protoLine }).trimEnd(),
    };
  },
};

/** What files say of one contract: a file may speak of several, and the others are not at hand. */
function ofContract(settings: ContractSettings, { bindings }: ContractUnderTest): ContractSettings {
  const patterns = new Set(bindings.map((each) => each.pattern));
  const subjects = [...settings.subjects].filter(([pattern]) => patterns.has(pattern));
  return { subjects: new Map(subjects), knownFailing: [] };
}

async function replay(
  context: Context,
  contract: ContractUnderTest,
  wanted: WantedCase,
  flags: Flags,
): Promise<ReplayReport> {
  const { replayCase } = await import("../../../contract-tests/runner/replay/replay.ts");
  const settings = ofContract(await contractFiles(context, flags.file), contract);
  await fitContractFiles(settings, [contract]);
  const reference = { ...(await checkedCase(contract, wanted)), payload: bytesOf(wanted.hex) };
  const { nats } = await context.settings();
  const { environmentClass, note } = chooseClass(flags.environmentClass, nats);
  if (note !== null) context.warn(note);
  return withNats(context, "charter contract replay", (nc) =>
    replayCase(nc, contract, reference, {
      settings,
      environmentClass,
      ...(flags.budget === undefined ? {} : { budgetMs: flags.budget }),
    }),
  );
}

async function caseOfReport(
  context: Context,
  path: string,
  { case: number = 1 }: Flags,
): Promise<WantedCase> {
  const cases = await casesOfReport(context, path);
  const wanted = cases[number - 1];
  if (wanted !== undefined) return wanted;
  const has = cases.length === 0 ? "no failed case" : `${cases.length} failed cases`;
  throw new CommandFailure("usage", `${path} has ${has}; --case ${number} is none of them.`);
}

function caseOfFlags(reference: string, flags: Flags): WantedCase {
  const { law, seed, path = null, hex = null } = flags;
  const element = flags.rpc ?? flags.event;
  if (law === undefined || element === undefined || seed === undefined) {
    throw new CommandFailure(
      "usage",
      "A case is named by --law, --seed and one of --rpc and --event, as a failed run prints them. A report of the run in JSON is enough by itself.",
    );
  }
  return { ...parseModuleReference(reference), law, element, seed, path, hex };
}

/** Holds a case against the contract that it is tried by. */
async function checkedCase(contract: ContractUnderTest, { law, element, seed, path }: WantedCase) {
  const { appliesTo, laws } = await import("../../../contract-tests/runner/laws.ts");
  const binding = contract.bindings.find((each) => isNamed(each, element));
  if (binding === undefined) {
    const names = contract.bindings.map(nameOf).join(", ");
    throw new CommandFailure(
      "usage",
      `${contract.module} ${contract.semver} has no ${element}. It has ${names || "no bindings"}.`,
    );
  }
  const fitting = laws.filter((each) => appliesTo(each, binding.kind)).map((each) => each.id);
  if (!fitting.includes(law)) {
    throw new CommandFailure(
      "usage",
      `The law "${law}" is not tried on ${nameOf(binding)}. Those that are: ${fitting.join(", ")}.`,
    );
  }
  if (path !== null && !/^\d{1,6}\/\d+(:\d+)*$/.test(path)) {
    throw new CommandFailure(
      "usage",
      `"${path}" is no path to a case. It has the form 0/5:0:1, as a failed run prints it.`,
    );
  }
  return { law, binding, seed, path };
}

function nameOf(binding: Binding): string {
  return binding.kind === "event" ? binding.messageType : binding.rpc;
}

function isNamed(binding: Binding, name: string): boolean {
  return nameOf(binding) === name || nameOf(binding).endsWith(`.${name}`);
}

function bytesOf(hex: string | null): Uint8Array | null {
  if (hex === null) return null;
  if (/^([0-9a-f]{2})*$/i.test(hex)) return Buffer.from(hex, "hex");
  throw new CommandFailure(
    "usage",
    `--hex must be whole bytes in hexadecimal digits, such as 0a0161.`,
  );
}

function exitOf({ verdict }: ReplayReport): Exit {
  if (verdict === "fail") return "findings";
  return verdict === "pass" ? "done" : "inconclusive";
}
