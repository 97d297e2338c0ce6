import { fitContracts } from "../contract-file/fit-contracts.ts";
import { readContractFiles } from "../contract-file/read-contract-files.ts";
import { renderFailure } from "../reports/text/render-failure.ts";
import { plainText } from "../reports/text/render-style.ts";
import type { AccountLaw } from "../runner/laws/account-law.ts";
import type { Law } from "../runner/laws/law.ts";
import { appliesTo, chosenAccountLaws, chosenLaws } from "../runner/laws.ts";
import type { LawResult } from "../runner/report.ts";
import { suiteEnvironment } from "./settings.ts";
import { suiteContracts } from "./suite-contracts.ts";
import type { ContractSuite, SuiteOptions, TestContext } from "./suite-options.ts";
import { createWorld, type SuiteResults, usualBudgetMs } from "./suite-world.ts";

/** Starting and stopping the server and the service, beside the laws' own time. */
const hookMs = 60_000;
/** Those that try messages of other releases. */
const lawsOfReleases: readonly string[] = ["R8", "R9", "E7", "E8"];

/** See `ContractSuite`. */
export const contractSuite: ContractSuite = async (runner, options) => {
  const environment = suiteEnvironment();
  const folder = process.cwd();
  const laws = chosenLaws(options.laws);
  const accountLaws = chosenAccountLaws(options.laws);
  const settings = await readContractFiles(options.files ?? [], folder);
  const contracts = await suiteContracts(options, environment, folder);
  fitContracts(settings, contracts.tested);
  const world = createWorld(options, environment);
  let results: SuiteResults = { of: () => undefined, ofAccount: () => undefined };
  runner.beforeAll(
    async () => {
      results = await world.run(contracts, settings);
    },
    (options.budgetMs ?? usualBudgetMs) + hookMs,
  );
  runner.afterAll(() => world.stop(), hookMs);
  const test = ({ id, title }: Law | AccountLaw, result: () => LawResult | undefined) =>
    runner.it(`${id} ${title}`, (context) => judge(result(), context, options));
  for (const { module, semver, bindings, leftOut = [] } of contracts.tested) {
    runner.describe(`${module} ${semver}`, () => {
      for (const { pattern, kind } of bindings) {
        runner.describe(pattern, () => {
          for (const law of laws.filter((each) => appliesTo(each, kind))) {
            test(law, () => results.of(pattern, law.id));
          }
        });
      }
      // The laws do without them, and a test that is not there looks like one that passed.
      for (const why of laws.some(({ id }) => lawsOfReleases.includes(id)) ? leftOut : []) {
        runner.it("messages of other releases", (context) => context.skip(plainText(why)));
      }
    });
  }
  if (accountLaws.length === 0) return;
  runner.describe("all subjects together", () => {
    for (const law of accountLaws) test(law, () => results.ofAccount(law.id));
  });
};

/** Throws for a law that was broken, and for one that nothing proves. */
function judge(
  result: LawResult | undefined,
  context: TestContext,
  { inconclusive = "fail" }: SuiteOptions,
): void {
  if (result === undefined) throw failure(["the law was not tried"]);
  const { verdict, reason } = result;
  if (verdict === "pass") return;
  const isSkipped = verdict === "skipped" || verdict === "known-failing";
  if (isSkipped || (verdict === "inconclusive" && inconclusive === "skip")) {
    context.skip(plainText(reason ?? verdict));
    return;
  }
  const why = reason === null ? [] : [`${verdict}: ${plainText(reason)}`];
  const lines =
    result.failure === null ? [] : renderFailure(result.failure, null, { color: false });
  throw failure([...why, ...lines]);
}

function failure(lines: readonly string[]): Error {
  const error = new Error(lines.join("\n"));
  error.name = "ContractBroken";
  // Where the runner judged it is of no use to whoever mends the service.
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
