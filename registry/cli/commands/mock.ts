import { once } from "node:events";
import { Argument } from "commander";
import type { CommandDefinition, NoFlags } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { renderTable } from "../render/table.ts";
import { contractsUnderTest } from "./contracts-under-test.ts";

export const mock: CommandDefinition<NoFlags> = {
  name: "mock",
  summary:
    "serve a module's rpcs from its contract alone, with valid made-up replies, until stopped",
  details:
    "Requests are checked as a real service checks them. Joins the queue group of the real services, so use it where they do not run. `$SRV.INFO` says that it is a mock.",
  arguments: [new Argument("<module...>", "such as bodybroker/npc or bodybroker/npc@1.2.0")],
  examples: ["charter mock bodybroker/npc bodybroker/world"],
  async run(context, references) {
    const { startMock } = await import("../../../contract-tests/mock/mock.ts");
    const { connectNats } = await import("../nats-connection.ts");
    const contracts = await contractsUnderTest(context, references);
    const served = contracts.flatMap(({ module, semver, bindings }) =>
      bindings
        .filter((binding) => binding.kind === "request")
        .map(({ pattern, rpc }) => ({ subject: pattern, rpc, module, semver })),
    );
    if (served.length === 0) {
      const modules = contracts.map(({ module, semver }) => `${module}@${semver}`).join(", ");
      throw new CommandFailure(
        "usage",
        `There is nothing to serve: ${modules} binds no rpc with one reply. \`charter subject list --kind request\` shows what can be mocked.`,
      );
    }
    const stopped = context.interrupted();
    const nc = await connectNats(context, "charter mock");
    const running = await startMock(nc, contracts, { evidence: "mock" }).catch(async (error) => {
      await nc.close();
      throw error;
    });
    return {
      exit: "done",
      json: { serving: served },
      text: (style) =>
        renderTable(
          ["SERVING", "RPC", "MODULE"],
          served.map((each) => [each.subject, each.rpc, `${each.module}@${each.semver}`]),
          style,
        ),
      async afterwards() {
        context.progress("Press Ctrl-C to stop.");
        const lost = nc.closed();
        if (!stopped.aborted) await Promise.race([once(stopped, "abort"), lost]);
        if (nc.isClosed()) {
          throw new CommandFailure(
            "unreachable",
            "NATS closed the connection, and the mock ended.",
          );
        }
        await running.stop();
        await nc.close();
      },
    };
  },
};
