import { randomInt } from "node:crypto";
import { Argument, Option } from "commander";
import type { ContractUnderTest } from "../../../contract-tests/runner/contract.ts";
import type { ContractSettings, ShadowSettings } from "../../../contract-tests/runner/settings.ts";
import type { ShadowResult } from "../../../contract-tests/shadow/shadow-report.ts";
import { type CommandDefinition, type Context, collect } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { plain } from "../render/style.ts";
import { contractFiles, fitContractFiles } from "./contract-files.ts";
import {
  type BoundFlags,
  boundOptions,
  chooseClass,
  integer,
  maxSeed,
} from "./contract-test-options.ts";
import { contractsUnderTest } from "./contracts-under-test.ts";
import { withNats } from "./with-nats.ts";

interface Flags extends BoundFlags {
  readonly subject?: readonly string[];
  readonly seed?: number;
  readonly samples?: number;
}

/** As the schema of a contract file. */
const maxSamples = 100_000;
const usualBudgetMs = 10 * 60_000;

export const contractShadow: CommandDefinition<Flags> = {
  name: "contract shadow",
  summary: "compare a service on NATS with the HTTP endpoint that it replaces, before the cut-over",
  details:
    "Sends the same requests both ways, as `shadow` of a contract file says, and compares the replies as protobuf. Ends with 0 when the match rate is known to be high enough, with 100 when it is known not to be, and with 3 when more requests are needed to know. Headers such as Authorization take their values from environment variables that the file names.",
  arguments: [new Argument("<file>", "a *.contract.yaml with `shadow`")],
  options: [
    new Option(
      "--subject <pattern>",
      "only this subject of the file; may be given several times (default: all)",
    ).argParser(collect),
    new Option("--seed <number>", "repeat a run's random choices (default: a new seed)").argParser(
      integer(0, maxSeed),
    ),
    new Option(
      "--samples <number>",
      "how many requests are sent, whatever the file says",
    ).argParser(integer(1, maxSamples)),
    ...boundOptions(),
  ],
  examples: [
    "charter contract shadow shop.contract.yaml",
    "charter contract shadow shop.contract.yaml --samples 2000 --environment-class staging",
  ],
  async run(context, [file = ""], flags) {
    const { renderShadows } = await import("../../../contract-tests/shadow/render-shadow.ts");
    const { exitCodeOfShadows } = await import("../../../contract-tests/shadow/shadow-report.ts");
    const settings = onlyShadows(await contractFiles(context, [file]), file, flags.subject);
    const headers = (settings.shadow ?? []).map((each) => headersOf(context, each));
    const contracts = await contractsOf(context, settings);
    await fitContractFiles(settings, contracts);
    const seed = flags.seed ?? randomInt(maxSeed);
    const shadows = await compareAll(context, { settings, headers, contracts, seed }, flags);
    const code = exitCodeOfShadows(shadows);
    return {
      exit: code === 0 ? "done" : code === 3 ? "inconclusive" : "findings",
      json: { seed, shadows },
      text: (style) => `${renderShadows(shadows, { color: style !== plain })}\nseed ${seed}`,
    };
  },
};

/** What a file says of its shadows, and of their subjects. */
function onlyShadows(
  settings: ContractSettings,
  file: string,
  wanted: readonly string[] | undefined,
): ContractSettings {
  const all = settings.shadow ?? [];
  if (all.length === 0) {
    throw new CommandFailure(
      "usage",
      `${file} has no \`shadow\`; it says which HTTP endpoint a subject replaces.`,
    );
  }
  const patterns = all.map((each) => each.subject);
  const unknown = wanted?.find((each) => !patterns.includes(each));
  if (unknown !== undefined) {
    throw new CommandFailure(
      "usage",
      `${file} has no shadow of "${unknown}". It has ${patterns.join(", ")}.`,
    );
  }
  const shadow = all.filter((each) => wanted === undefined || wanted.includes(each.subject));
  const subjects = new Map(
    [...settings.subjects].filter(([pattern]) => shadow.some((each) => each.subject === pattern)),
  );
  return { shadow, subjects, knownFailing: [] };
}

function headersOf(
  { env }: Context,
  { headersFromEnv, place }: ShadowSettings,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headersFromEnv).map(([name, variable]) => {
      const value = env[variable];
      if (value === undefined || value === "" || /[\r\n\0]/.test(value)) {
        throw new CommandFailure(
          "usage",
          `The environment variable ${variable} must hold the header ${name} on one line, as line ${place?.line} of the contract file says; it ${value ? "has several lines" : "is not set"}.`,
        );
      }
      return [name, value];
    }),
  );
}

/** The contracts of the modules that declare the subjects, each once. */
async function contractsOf(
  context: Context,
  { shadow = [] }: ContractSettings,
): Promise<readonly ContractUnderTest[]> {
  const registry = await context.registry();
  const resolutions = await Promise.all(shadow.map(({ subject }) => registry.resolve(subject)));
  return contractsUnderTest(context, [...new Set(resolutions.map((each) => each.module))]);
}

async function compareAll(
  context: Context,
  of: {
    readonly settings: ContractSettings;
    readonly headers: readonly Readonly<Record<string, string>>[];
    readonly contracts: readonly ContractUnderTest[];
    readonly seed: number;
  },
  flags: Flags,
): Promise<readonly ShadowResult[]> {
  const { runShadow } = await import("../../../contract-tests/shadow/run-shadow.ts");
  const { nats } = await context.settings();
  const { environmentClass, note } = chooseClass(flags.environmentClass, nats);
  if (note !== null) context.warn(note);
  const endsAt = performance.now() + (flags.budget ?? usualBudgetMs);
  return withNats(context, "charter contract shadow", async (nc) => {
    const results: ShadowResult[] = [];
    for (const [i, shadow] of (of.settings.shadow ?? []).entries()) {
      const contract = of.contracts.find((each) =>
        each.bindings.some((binding) => binding.pattern === shadow.subject),
      );
      if (contract === undefined) continue;
      results.push(
        await runShadow(nc, {
          contract,
          shadow,
          headers: of.headers[i] ?? {},
          examples: of.settings.subjects.get(shadow.subject)?.examples ?? [],
          seed: of.seed,
          environmentClass,
          endsAt,
          ...(flags.samples === undefined ? {} : { samples: flags.samples }),
          onProgress: (sent, all) => context.progress(`${shadow.subject}: ${sent} of ${all}`),
        }),
      );
    }
    return results;
  });
}
