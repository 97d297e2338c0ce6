import type { Deployment } from "../deployment/deployment.ts";
import type { Reasoned } from "./answer.ts";
import { type Build, recordCommand, testCommand, usageCommand } from "./commands.ts";
import type { Need } from "./judge-providers.ts";
import type { Verification } from "./verification.ts";

/** Of a build that nothing can be judged by. */
export interface UnknownBuild {
  readonly build: Build;
  readonly environment: string;
  /** All of every environment. */
  readonly deployments: readonly Deployment[];
  /** All of the participant, of any build. */
  readonly verifications: readonly Verification[];
  /** Where the build runs. */
  readonly own: readonly Deployment[];
  /** What it needs of others. */
  readonly needs: readonly Need[];
  /** Whether the participant is known to serve. */
  readonly isServer: boolean;
  readonly moduleByName: string | null;
  /** Where the build is tested. */
  readonly testIn: string;
}

/** Why nothing is known of a build, and what would tell. */
export function unknownBuild(question: UnknownBuild): Reasoned {
  const { build, environment, own, isServer, moduleByName, verifications, testIn } = question;
  const { participant } = build;
  const name = `${participant}@${build.build}`;
  const isKnown = own.length > 0 || question.needs.length > 0;
  const test = testCommand(build, verifications[0]?.module ?? moduleByName, {
    environment: testIn,
  });
  if (isServer && isKnown) {
    const reason = `${name} is not known to serve a subject, though ${participant} served before.`;
    return { answer: "not_known", reason, command: test };
  }
  const [need] = question.needs;
  if (need !== undefined) {
    const { module, ours: semver } = need;
    const published = { environment, module, semver, role: "publishes" } as const;
    return {
      answer: "not_known",
      reason: `${name} only subscribes, and nobody is known to publish in ${environment} what it subscribes to.`,
      command: recordCommand({ participant: "<participant>", build: null }, published),
    };
  }
  if (own.length > 0) {
    const reason = `${name} is known to run, but serves no subject of a contract and uses none that is told.`;
    return { answer: "not_known", reason, command: usageCommand(build.build) };
  }
  const isCaller =
    !isServer &&
    question.deployments.some((each) => each.participant === participant && each.module !== null);
  return {
    answer: "not_known",
    reason: `Nothing is known of ${name}: no test of it is published, and it is neither seen nor recorded anywhere. What only calls others is judged by its published use, or with --uses.`,
    command: isCaller ? usageCommand(build.build) : test,
  };
}
