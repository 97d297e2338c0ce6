import type { NatsConnection } from "@nats-io/nats-core";
import { Argument, Option } from "commander";
import type { ClientCase, ClientReport } from "../../../contract-tests/clients/conformance.ts";
import type { ContractUnderTest } from "../../../contract-tests/runner/contract.ts";
import { runClient } from "../client-process.ts";
import type { CommandDefinition } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { integer } from "../numbers.ts";
import type { Look, Style } from "../render/style.ts";
import { contractsUnderTest } from "./contracts-under-test.ts";

interface Flags {
  readonly rpc: string;
  readonly seed: number;
  readonly timeout: number;
}

export const contractClient: CommandDefinition<Flags> = {
  name: "contract client",
  summary: "prove that a client copes with a service that misbehaves (law C1)",
  details:
    'Starts the client once against a sound mock of the rpc, and once for each fault: late, duplicate, gap, no-end, wrong-type, 5xx, malformed, unknown-enum and no-reply. The client makes one call, and ends with 0 when it took the answer, or with another code when it met an error, whose code it prints as its last line: {"code":"data_loss"}. An exit without it can be a crash, and shows nothing. It finds the server in NATS_URL, the rpc in CHARTER_RPC, and the fault in CHARTER_FAULT, which is empty for the sound mock. No shell reads the command line. Use a NATS server where nobody else serves the rpc. Ends with 0 when the client did what WIRE says each time, with 100 when it did not, and with 3 when it fails without any fault.',
  arguments: [
    new Argument("<module>", "such as bodybroker/npc or bodybroker/npc@1.2.0"),
    new Argument("<command...>", "the client, behind --"),
  ],
  options: [
    new Option(
      "--rpc <name>",
      "the rpc that the client calls: Plan, or its full name",
    ).makeOptionMandatory(),
    new Option("--timeout <ms>", "how long one run of the client may take")
      .argParser(integer(100, 600_000))
      .default(30_000),
    new Option("--seed <number>", "chooses the replies")
      .argParser(integer(0, 2 ** 31 - 1))
      .default(1),
  ],
  examples: ["charter contract client bodybroker/npc --rpc Plan -- node plan-once.ts"],
  async run(context, [reference = "", ...argv], flags) {
    const [contract] = await contractsUnderTest(context, [reference]);
    if (contract === undefined) throw new TypeError("one reference has one contract");
    const binding = rpcOf(contract, flags.rpc);
    const { driveClient } = await import("../../../contract-tests/clients/drive-client.ts");
    const { connectNats } = await import("../nats-connection.ts");
    const nc = await connectNats(context, "charter contract client");
    try {
      await checkThatNobodyServes(nc, binding);
      const { nats } = await context.settings();
      const report = await driveClient(nc, contract, binding, {
        seed: flags.seed,
        startClient: (each) =>
          runClient({
            argv,
            cwd: context.cwd,
            env: { ...context.env, ...environmentOf(each, nats.value, binding.rpc) },
            timeoutMs: flags.timeout,
          }),
        onResult: ({ fault, verdict }) => context.progress(`${fault ?? "sound"}: ${verdict}`),
      });
      return { exit: exitOf(report), json: report, text: (style) => render(report, style) };
    } finally {
      await nc.close();
    }
  },
};

function environmentOf({ fault }: ClientCase, nats: string, rpc: string): NodeJS.ProcessEnv {
  return { NATS_URL: nats, CHARTER_RPC: rpc, CHARTER_FAULT: fault ?? "" };
}

function rpcOf({ module, semver, bindings }: ContractUnderTest, name: string) {
  const rpcs = bindings.flatMap((binding) => (binding.kind === "event" ? [] : [binding]));
  const found = rpcs.filter(({ rpc }) => rpc === name || rpc.endsWith(`.${name}`));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const known = rpcs.map(({ rpc }) => rpc).join(", ") || "none";
  throw new CommandFailure(
    "usage",
    `${module}@${semver} has ${found.length === 0 ? "no rpc" : "several rpcs"} "${name}". Its rpcs are: ${known}.`,
  );
}

/** A queue group shares requests, so a client would meet both. */
async function checkThatNobodyServes(
  nc: NatsConnection,
  binding: ReturnType<typeof rpcOf>,
): Promise<void> {
  const { discover } = await import("../../../contract-tests/runner/discovery.ts");
  const { subscriptionOf } = await import("../../../contract-tests/runner/subjects.ts");
  const subject = subscriptionOf(binding);
  const other = (await discover(nc)).find((endpoint) => endpoint.subject === subject);
  if (other === undefined) return;
  throw new CommandFailure(
    "usage",
    `${binding.rpc} is served here already, by ${other.service} (${other.evidence}), and would take some of the requests. Use a NATS server of your own, such as one that "nats-server -p 4333" starts, with --nats nats://127.0.0.1:4333.`,
  );
}

function exitOf({ verdict }: ClientReport) {
  return verdict === "pass" ? "done" : verdict === "fail" ? "findings" : "inconclusive";
}

const looks = { pass: "green", fail: "red", skipped: "dim", inconclusive: "yellow" } as const;

/** Lines of a failing client's output that are shown. */
const shownLines = 12;

function render(report: ClientReport, style: Style): string {
  const lines = [style("bold", `${report.rpc} of ${report.module} ${report.semver}`)];
  for (const each of report.cases) {
    const look: Look = looks[each.verdict];
    const name = each.fault ?? "sound";
    lines.push(`  ${style(look, each.verdict.padEnd(7))}  ${name.padEnd(12)}  ${each.does}`);
    if (each.verdict !== "fail") continue;
    lines.push(`           expected  ${each.expected}`, `           came      ${each.came}`);
    const output = each.output.trimEnd().split("\n").slice(-shownLines);
    for (const line of output) if (line !== "") lines.push(style("dim", `           │ ${line}`));
  }
  const verdict = style(looks[report.verdict], report.verdict);
  const reason = report.reason === null ? "" : `: ${report.reason}`;
  lines.push("", `${report.law} ${report.title}: ${verdict}${reason}`);
  return lines.join("\n");
}
