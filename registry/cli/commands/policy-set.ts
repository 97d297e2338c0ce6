import { resolve } from "node:path";
import { Argument, Option } from "commander";
import type { PolicyReview } from "../../api/schemas/policy.ts";
import { PolicySchema } from "../../api/schemas/policy.ts";
import { isSamePolicy, wholePolicy } from "../../core/policy/canonical.ts";
import type { Policy, PolicyVersion } from "../../core/policy/policy.ts";
import type { CommandDefinition } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { renderDifference } from "../render/line-difference.ts";
import { policyYaml, renderReview } from "../render/policy.ts";
import type { Style } from "../render/style.ts";
import { checkShape, readIfThere, readYaml } from "../settings-files.ts";
import { versionNumber } from "./policy-version.ts";

interface Flags {
  readonly reason?: string;
  readonly expect?: string;
  readonly dryRun: boolean;
}

export const policySet: CommandDefinition<Flags> = {
  name: "policy set",
  summary: "set the policy that judges from now on, and say what it changes",
  details:
    "What is registered stays as it is. The file is YAML or JSON, as `charter policy show` prints it; of `rules`, `subjects` and `owners`, what is left out is as in the built-in policy. A policy that holds already is not set again.",
  arguments: [new Argument("<file>", "the policy")],
  options: [
    new Option("--reason <text>", "why; `charter policy list` shows it to everybody"),
    new Option(
      "--expect <version>",
      "set nothing when the newest version is another one (default: the newest when the command starts)",
    ),
    new Option("--dry-run", "only say what it would change").default(false),
  ],
  examples: [
    "charter policy set policy.yaml --dry-run",
    'charter policy set policy.yaml --reason "orders may break until it is live"',
  ],
  async run(context, [path = ""], flags) {
    const expect = versionNumber(flags.expect);
    const { reason } = flags;
    if (reason === undefined && !flags.dryRun) throw new CommandFailure("usage", missingReason);
    const policy = await readPolicy(resolve(context.cwd, path), path);
    const registry = await context.registry();
    const before = await registry.policy();
    const review = await registry.reviewPolicy(policy);
    if (expect !== undefined && expect !== before.version) {
      throw new CommandFailure("findings", movedMessage(before, expect));
    }
    const isSame = isSamePolicy(before.policy, policy);
    const after =
      isSame || flags.dryRun || reason === undefined
        ? null
        : await registry.setPolicy({ policy, reason, expectedVersion: before.version });
    const { version } = after ?? before;
    return {
      exit: "done",
      json: { version, isSet: after !== null, policy, ...review },
      text: (style) => renderOutcome({ before, policy, review, isSame, after }, style),
    };
  },
};

const missingReason =
  'Give the reason: --reason "…". Whoever the policy binds can read it in `charter policy list`. With --dry-run nothing is set, and none is needed.';

function movedMessage({ version, reason }: PolicyVersion, expected: number): string {
  return `The policy is at version ${version} ("${reason}"), and --expect names ${expected}, so nothing was set. \`charter policy show\` prints the newest: take its changes in, and set again.`;
}

async function readPolicy(path: string, shown: string): Promise<Policy> {
  const file = await readIfThere(path);
  if (file === null) throw new CommandFailure("usage", `There is no file ${shown}.`);
  const value = readYaml({ ...file, path: shown });
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  // What `policy show --format json` prints has the policy inside.
  const content = isObject && "policy" in value ? value.policy : value;
  const whole = isObject ? { rules: [], subjects: {}, owners: {}, ...Object(content) } : value;
  return checkShape(PolicySchema, whole, shown, "a policy of `rules`, `subjects` and `owners`");
}

interface Result {
  readonly before: PolicyVersion;
  readonly policy: Policy;
  readonly review: PolicyReview;
  readonly isSame: boolean;
  readonly after: PolicyVersion | null;
}

function renderOutcome({ before, policy, review, isSame, after }: Result, style: Style): string {
  const notes = renderReview(review, style);
  const whole = (each: Policy) => policyYaml(wholePolicy(each));
  const change = isSame ? "" : renderDifference(whole(before.policy), whole(policy), style);
  const outcome = isSame
    ? `Policy ${before.version} says this already; nothing was set.`
    : after === null
      ? `Policy ${before.version} still holds; --dry-run sets nothing.`
      : `Policy ${after.version} is set, and judges from now on.`;
  return [change, notes, outcome].filter((part) => part !== "").join("\n\n");
}
