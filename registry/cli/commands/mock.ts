import { once } from "node:events";
import type { NatsConnection } from "@nats-io/nats-core";
import { Argument, Option } from "commander";
import type { Fault } from "../../../contract-tests/mock/faults.ts";
import type { RunningMock } from "../../../contract-tests/mock/mock.ts";
import type { ContractUnderTest } from "../../../contract-tests/runner/contract.ts";
import { type CommandDefinition, type Context, collect } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { integer, share } from "../numbers.ts";
import type { Style } from "../render/style.ts";
import { renderTable } from "../render/table.ts";
import { contractsUnderTest } from "./contracts-under-test.ts";

interface Flags {
  readonly eventsPerSecond: number;
  readonly fault?: readonly string[];
  readonly faultRate: number;
  readonly seed: number;
}

/** More is a load test, and not of the mock. */
const mostEventsPerSecond = 1000;

export const mock: CommandDefinition<Flags> = {
  name: "mock",
  summary:
    "serve a module's rpcs and publish its events from its contract alone, until it is stopped",
  details:
    "Requests are checked as a real service checks them, and equal ones have equal replies. Events go into their stream where there is one, with the header `Charter-Evidence: mock`. Joins the queue group of the real services, so use it where they do not run. `$SRV.INFO` says that it is a mock. With --fault some answers go wrong, to see what a client makes of them: late, duplicate, gap, no-end, wrong-type, 5xx, malformed, unknown-enum or no-reply.",
  arguments: [new Argument("<module...>", "such as bodybroker/npc or bodybroker/npc@1.2.0")],
  options: [
    new Option("--events-per-second <number>", "of each event; 0 publishes none")
      .argParser(integer(0, mostEventsPerSecond))
      .default(5),
    new Option("--fault <name>", "what goes wrong; may be given several times").argParser(collect),
    new Option("--fault-rate <share>", "the share of answers that have a fault, from 0 to 1")
      .argParser(share)
      .default(0.2),
    new Option("--seed <number>", "chooses replies, events and faults")
      .argParser(integer(0, 2 ** 31 - 1))
      .default(1),
  ],
  examples: [
    "charter mock bodybroker/npc bodybroker/world",
    "charter mock bodybroker/ai --fault gap --fault no-end --fault-rate 0.5",
  ],
  async run(context, references, flags) {
    const faults = await checkFaults(flags.fault ?? []);
    const contracts = await contractsUnderTest(context, references);
    const serving = contracts.flatMap(servingOf);
    if (serving.length === 0) throw nothingToServe(contracts);
    await checkThatFaultsHappen(faults, serving);
    const { startMock } = await import("../../../contract-tests/mock/mock.ts");
    const { connectNats } = await import("../nats-connection.ts");
    const stopped = context.interrupted();
    const nc = await connectNats(context, "charter mock");
    const { seed, eventsPerSecond, faultRate: rate } = flags;
    const running = await startMock(nc, contracts, {
      evidence: "mock",
      seed,
      eventsPerSecond,
      faults: { faults, rate, seed },
      onError: (error, where) => context.warn(`${where}: ${String(error)}`),
    }).catch(async (error) => {
      await nc.close();
      throw error;
    });
    return {
      exit: "done",
      json: { serving, faults, ...(faults.length === 0 ? {} : { faultRate: rate }), seed },
      text: (style) => render(serving, faults, rate, style),
      afterwards: () => serveUntil(context, stopped, nc, running),
    };
  },
};

function servingOf({ module, semver, bindings }: ContractUnderTest) {
  return bindings.map((binding) => ({
    subject: binding.pattern,
    kind: binding.kind,
    element: binding.kind === "event" ? binding.messageType : binding.rpc,
    module,
    semver,
  }));
}

type Serving = ReturnType<typeof servingOf>[number];

function nothingToServe(contracts: readonly ContractUnderTest[]): CommandFailure {
  const modules = contracts.map(({ module, semver }) => `${module}@${semver}`).join(", ");
  return new CommandFailure(
    "usage",
    `There is nothing to serve: ${modules} binds no rpc and no event. \`charter subject list\` shows what can be mocked.`,
  );
}

async function checkFaults(names: readonly string[]): Promise<readonly Fault[]> {
  const { faultNames } = await import("../../../contract-tests/mock/faults.ts");
  return names.map((name) => {
    const known = faultNames.find((each) => each === name);
    if (known !== undefined) return known;
    throw new CommandFailure(
      "usage",
      `There is no fault "${name}". The faults are ${faultNames.join(", ")}.`,
    );
  });
}

/** A fault that can never happen would make every client look good. */
async function checkThatFaultsHappen(
  faults: readonly Fault[],
  serving: readonly Serving[],
): Promise<void> {
  const { canHappenTo } = await import("../../../contract-tests/mock/faults.ts");
  const idle = faults.find((fault) => !serving.some(({ kind }) => canHappenTo(fault, kind)));
  if (idle === undefined) return;
  throw new CommandFailure(
    "usage",
    `Nothing of what is served can have the fault "${idle}": ${[...new Set(serving.map(({ kind }) => kind))].join(", ")} only. Name a module with another kind of binding, or leave it out.`,
  );
}

function render(
  serving: readonly Serving[],
  faults: readonly Fault[],
  rate: number,
  style: Style,
): string {
  const rows = serving.map((each) => [
    each.subject,
    each.kind,
    each.element,
    `${each.module}@${each.semver}`,
  ]);
  const table = renderTable(["SERVING", "KIND", "RPC OR EVENT", "MODULE"], rows, style);
  if (faults.length === 0) return table;
  const percent = Number((rate * 100).toFixed(4));
  return `${table}\n\n${style("yellow", `${percent} % of the answers go wrong: ${faults.join(", ")}`)}`;
}

async function serveUntil(
  context: Context,
  stopped: AbortSignal,
  nc: NatsConnection,
  running: RunningMock,
): Promise<void> {
  context.progress("Press Ctrl-C to stop.");
  const lost = nc.closed();
  if (!stopped.aborted) await Promise.race([once(stopped, "abort"), lost]);
  if (nc.isClosed()) {
    throw new CommandFailure("unreachable", "NATS closed the connection, and the mock ended.");
  }
  await running.stop();
  await nc.close();
}
