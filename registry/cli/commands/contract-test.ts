import { randomInt } from "node:crypto";
import { Argument, InvalidArgumentError, Option } from "commander";
import { type CommandDefinition, collect } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-code.ts";
import { plain } from "../render/style.ts";
import { contractFileOption, contractFiles, fitContractFiles } from "./contract-files.ts";
import { contractsUnderTest } from "./contracts-under-test.ts";
import { prepareReports, reportOption } from "./run-reports.ts";

interface Flags {
  readonly file?: readonly string[];
  readonly law?: readonly string[];
  readonly seed?: number;
  readonly samples?: number;
  readonly report?: readonly string[];
}

const maxSeed = 2 ** 31 - 1;
/** Ten thousand calls take a service of 10 ms two minutes; more find nothing new. */
const maxSamples = 10_000;

export const contractTest: CommandDefinition<Flags> = {
  name: "contract test",
  summary:
    "prove that the live services keep their contracts, or show the smallest message that breaks one",
  details:
    "Takes the contracts from the registry and calls the services over NATS. Ends with 0 when every rpc passed, with 100 when one failed, and with 3 when there is not enough evidence, such as when nothing is live. NATS_CREDS, NATS_NKEY, NATS_TOKEN, NATS_USER and NATS_PASSWORD give credentials; NATS_CA, NATS_CERT and NATS_KEY name files for TLS.",
  arguments: [
    new Argument(
      "[module...]",
      "such as bodybroker/npc or bodybroker/npc@1.2.0 (default: all registered)",
    ),
  ],
  options: [
    contractFileOption(),
    new Option("--law <id>", "only this law; may be given several times (default: all)").argParser(
      collect,
    ),
    new Option("--seed <number>", "repeat a run's random choices (default: a new seed)").argParser(
      integer(0, maxSeed),
    ),
    new Option("--samples <number>", "random messages for each law that takes them").argParser(
      integer(1, maxSamples),
    ),
    reportOption,
  ],
  examples: [
    "charter contract test",
    "charter contract test bodybroker/npc --seed 42 --samples 500",
    "charter contract test --report junit=junit.xml --report sarif=charter.sarif --report github",
  ],
  async run(context, references, flags) {
    // The runner brings a generator and a validator, which no other command should wait for.
    const { runContracts } = await import("../../../contract-tests/runner/run.ts");
    const { laws } = await import("../../../contract-tests/runner/laws.ts");
    const { renderReport } = await import("../../../contract-tests/runner/render.ts");
    const { exitCodeOf } = await import("../../../contract-tests/runner/report.ts");
    const { connectNats } = await import("../nats-connection.ts");
    checkLaws(flags.law, laws);
    const reports = await prepareReports(context, flags.report);
    const settings = await contractFiles(context, flags.file);
    const contracts = await contractsUnderTest(context, references);
    await fitContractFiles(settings, contracts);
    const nc = await connectNats(context, "charter contract test");
    try {
      const report = await runContracts(nc, contracts, {
        seed: flags.seed ?? randomInt(maxSeed),
        settings,
        ...(flags.samples === undefined ? {} : { samples: flags.samples }),
        ...(flags.law === undefined ? {} : { laws: flags.law }),
        onProgress: (result) => context.progress(`${result.element}: ${result.verdict}`),
      });
      await reports.write(report);
      return {
        exit: exitOf(exitCodeOf(report)),
        json: report,
        text: (style) => renderReport(report, { color: style !== plain }).trimEnd(),
      };
    } catch (error) {
      if (!nc.isClosed()) throw error;
      throw new CommandFailure(
        "unreachable",
        "NATS closed the connection during the run, so there is no result. Its log has the reason.",
        { cause: error },
      );
    } finally {
      await nc.close();
    }
  },
};

function checkLaws(
  wanted: readonly string[] | undefined,
  laws: readonly { readonly id: string }[],
): void {
  const ids = laws.map((law) => law.id);
  const unknown = wanted?.find((id) => !ids.includes(id));
  if (unknown === undefined) return;
  throw new CommandFailure(
    "usage",
    `There is no law "${unknown}". The laws are ${ids.join(", ")}.`,
  );
}

function exitOf(code: 0 | 3 | 100) {
  switch (code) {
    case exitCodes.done:
      return "done";
    case exitCodes.inconclusive:
      return "inconclusive";
    case exitCodes.findings:
      return "findings";
  }
}

/** Reads a whole number within bounds. */
function integer(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}
