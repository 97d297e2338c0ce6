import { Argument } from "commander";
import type { CommandDefinition, NoFlags } from "../command.ts";
import { renderPolicy } from "../render/policy.ts";
import { versionNumber } from "./policy-version.ts";

export const policyShow: CommandDefinition<NoFlags> = {
  name: "policy show",
  summary: "print the policy: what the gate refuses, how subjects are named, who owns what",
  details:
    "The text is YAML that can be edited and given to `charter policy set`. Version 0 is the built-in policy.",
  arguments: [new Argument("[version]", "an earlier version, such as 3 (default: what holds now)")],
  examples: ["charter policy show", "charter policy show 0 > policy.yaml"],
  async run(context, [version]) {
    const registry = await context.registry();
    const policy = await registry.policy(versionNumber(version));
    return {
      exit: "done",
      json: policy,
      text: (style) => renderPolicy(policy, registry.url, style),
    };
  },
};
