import type { CommandDefinition, NoFlags } from "../command.ts";
import { renderTable } from "../render/table.ts";

export const policyList: CommandDefinition<NoFlags> = {
  name: "policy list",
  summary: "list the versions of the policy: when each was set, and why",
  examples: ["charter policy list"],
  async run(context) {
    const { versions } = await (await context.registry()).policyHistory();
    const rows = versions.map(({ version, setAt, reason }) => [
      String(version),
      setAt ?? "-",
      reason.replace(/\s+/g, " "),
    ]);
    return {
      exit: "done",
      json: { versions },
      text: (style) => renderTable(["VERSION", "SET", "REASON"], rows, style),
    };
  },
};
