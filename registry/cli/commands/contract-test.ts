import { randomInt } from "node:crypto";
import { Argument } from "commander";
import type { ContractUnderTest } from "../../../contract-tests/runner/contract.ts";
import type { RunReport } from "../../../contract-tests/runner/report.ts";
import type { ContractSettings } from "../../../contract-tests/runner/settings.ts";
import type { CommandDefinition, Context, Outcome } from "../command.ts";
import type { Exit } from "../exit-code.ts";
import { plain } from "../render/style.ts";
import { contractFileOption, contractFiles, fitContractFiles } from "./contract-files.ts";
import {
  checkLaws,
  chooseClass,
  maxSeed,
  type TestFlags,
  testOptions,
} from "./contract-test-options.ts";
import { tellProgress } from "./contract-test-progress.ts";
import { contractsUnderTest } from "./contracts-under-test.ts";
import { type PlaceOfRelease, protoLines } from "./proto-lines.ts";
import { type PublishFlags, preparePublishing, publishOptions } from "./publish-verification.ts";
import { prepareReports, reportOption } from "./run-reports.ts";
import { withNats } from "./with-nats.ts";

interface Flags extends TestFlags, PublishFlags {
  readonly report?: readonly string[];
}

export const contractTest: CommandDefinition<Flags> = {
  name: "contract test",
  summary:
    "prove that the live services keep their contracts, or show the smallest message that breaks one",
  details:
    "Takes the contracts from the registry and calls the services over NATS. Ends with 0 when every binding passed, with 100 when one failed, and with 3 when there is not enough evidence, such as when nothing is live. NATS_CREDS, NATS_NKEY, NATS_TOKEN, NATS_USER and NATS_PASSWORD give credentials; NATS_CA, NATS_CERT and NATS_KEY name files for TLS.",
  arguments: [
    new Argument(
      "[module...]",
      "such as bodybroker/npc or bodybroker/npc@1.2.0 (default: all registered)",
    ),
  ],
  options: [contractFileOption(), ...testOptions, reportOption, ...publishOptions],
  examples: [
    "charter contract test",
    "charter contract test bodybroker/npc --seed 42 --samples 500 --trace",
    "charter contract test --environment-class staging --budget 5m",
    "charter contract test bodybroker/npc --publish --environment staging",
    "charter contract test --report junit=junit.xml --report sarif=charter.sarif --report github",
  ],
  async run(context, references, flags) {
    // The runner brings a generator and a validator, which no other command should wait for.
    const { accountLaws, laws } = await import("../../../contract-tests/runner/laws.ts");
    const { renderReport } = await import("../../../contract-tests/reports/text/render.ts");
    const { exitCodeOf } = await import("../../../contract-tests/runner/report.ts");
    checkLaws(flags.law, [...laws, ...accountLaws]);
    const reports = await prepareReports(context, flags.report);
    const settings = await contractFiles(context, flags.file);
    const publish = await preparePublishing(context, flags);
    const contracts = await contractsUnderTest(context, references);
    await fitContractFiles(settings, contracts);
    const isWholeEstate = references.length === 0;
    const report = await runTest(context, { contracts, settings, isWholeEstate }, flags);
    await reports.write(report);
    const protoLine = await protoLines(context, failedPlaces(report));
    const exit = exitOf(exitCodeOf(report, flags.inconclusive));
    const options = { trace: flags.trace ?? false, inconclusive: flags.inconclusive, protoLine };
    const outcome: Outcome = {
      exit,
      json: report,
      text: (style) => renderReport(report, { color: style !== plain, ...options }).trimEnd(),
    };
    return publish(outcome, { report, contracts, laws });
  },
};

interface UnderTest {
  readonly contracts: readonly ContractUnderTest[];
  readonly settings: ContractSettings;
  readonly isWholeEstate: boolean;
}

async function runTest(
  context: Context,
  { contracts, settings, isWholeEstate }: UnderTest,
  flags: Flags,
): Promise<RunReport> {
  const { runContracts } = await import("../../../contract-tests/runner/run.ts");
  const { nats } = await context.settings();
  const { environmentClass, note } = chooseClass(flags.environmentClass, nats);
  if (note !== null) context.warn(note);
  const progress = tellProgress(context, contracts);
  try {
    return await withNats(context, "charter contract test", (nc) =>
      runContracts(nc, contracts, {
        seed: flags.seed ?? randomInt(maxSeed),
        settings,
        environmentClass,
        isWholeEstate,
        ...(note === null ? {} : { notes: [note] }),
        ...(flags.budget === undefined ? {} : { budgetMs: flags.budget }),
        ...(flags.samples === undefined ? {} : { samples: flags.samples }),
        ...(flags.law === undefined ? {} : { laws: flags.law }),
        onProgress: progress.onProgress,
      }),
    );
  } finally {
    progress.stop();
  }
}

function failedPlaces({ modules }: RunReport): PlaceOfRelease[] {
  return modules.flatMap(({ module, semver, bindings }) =>
    bindings
      .flatMap((binding) => binding.laws)
      .flatMap(({ failure }) =>
        failure === null ? [] : [{ module, semver, place: failure.place }],
      ),
  );
}

function exitOf(code: 0 | 3 | 100): Exit {
  return code === 0 ? "done" : code === 3 ? "inconclusive" : "findings";
}
