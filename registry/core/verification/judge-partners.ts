import { compare, major, minor } from "semver";
import type { Deployment, Role } from "../deployment/deployment.ts";
import type { Reasoned } from "./answer.ts";
import { type Build, installCommand, recordCommand } from "./commands.ts";
import type { ContractOf } from "./contract-of.ts";
import type { ServedSubject } from "./served.ts";

/** How a build gets on with what runs where it shall go. */
export interface PartnerAnswer extends Reasoned {
  /** Null where nobody there does what is needed. */
  readonly participant: string | null;
  readonly build: string | null;
  /** What the partner does. */
  readonly role: Role;
  readonly module: string;
  /** The release that the partner was built with; null where it tells none. */
  readonly theirs: string | null;
  /** The release that the build was made with. */
  readonly ours: string;
}

/** Where a build shall go. */
export interface Target {
  readonly build: Build;
  readonly environment: string;
  /** What runs there, stand-ins and the participant's other builds left out. */
  readonly deployments: readonly Deployment[];
  /** Whether the registry looks there, and saw all that there is. */
  readonly isSeen: boolean;
}

/** What a build uses of others. */
export type Use = Pick<Deployment, "role" | "module" | "protoPackage" | "semver">;

/** Judges those who call, and those who subscribe to, what a build serves. */
export function judgeUsers(
  served: readonly ServedSubject[],
  target: Target,
  contractOf: ContractOf,
): readonly PartnerAnswer[] {
  const releases = new Map(
    served.flatMap((each) =>
      each.semver === null ? [] : [[`${each.module}@${each.semver}`, each]],
    ),
  );
  const answers = [...releases.values()].flatMap(({ module, semver }) => {
    if (semver === null) return [];
    const own = served.filter((each) => each.module === module && each.semver === semver);
    const users = target.deployments.filter((use) => own.some((each) => isUserOf(use, each)));
    return tellingOnes(users).map((user) => judgeUser(user, semver, target, contractOf));
  });
  return unique(answers);
}

function isUserOf(use: Deployment, served: ServedSubject): boolean {
  if (use.role !== (served.kind === "event" ? "subscribes" : "calls")) return false;
  if (use.module !== served.module) return false;
  if (use.subject !== null) return use.subject === served.subject;
  return served.protoPackage === null || use.protoPackage === served.protoPackage;
}

/** What a consumer does not tell, a record of the same participant does. */
function tellingOnes(uses: readonly Deployment[]): readonly Deployment[] {
  const keyOf = (use: Deployment) => `${use.participant} ${use.role} ${use.module}`;
  const told = new Set(uses.filter((use) => use.semver !== null).map(keyOf));
  return uses.filter((use) => use.semver !== null || !told.has(keyOf(use)));
}

function judgeUser(
  user: Deployment,
  ours: string,
  target: Target,
  contractOf: ContractOf,
): PartnerAnswer {
  const { participant, build, role, semver: theirs } = user;
  const module = user.module ?? "";
  const base = { participant, build, role, module, theirs, ours };
  if (theirs === null) {
    if (isPassing(participant)) {
      const reason = "It reads a stream and keeps nothing; its release cannot be known.";
      return { ...base, answer: "yes", reason, command: null };
    }
    const use = { environment: target.environment, module, semver: null, role };
    return {
      ...base,
      answer: "not_known",
      reason: `It does not tell the release of ${module} that it was built with.`,
      command: recordCommand(user, use),
    };
  }
  if (covers(ours, theirs)) {
    const reason = `${ours} keeps what ${theirs} promised.`;
    return { ...base, answer: "yes", reason, command: null };
  }
  if (hasSameSubjects(user, theirs, ours, contractOf)) {
    const reason = `Its subjects are the same in ${theirs} and ${ours}.`;
    return { ...base, answer: "yes", reason, command: null };
  }
  // Whoever is behind has to move: the build, or its user.
  const isBehind = compare(ours, theirs) < 0;
  const goal = isBehind ? theirs : ours;
  const reason =
    major(ours) === major(theirs)
      ? `It may use what ${theirs} added, and the build serves ${ours}. Make the build with ${goal}.`
      : `It uses ${theirs}, and the build serves ${ours}, another major. Move ${isBehind ? "the build" : participant} to ${goal} first.`;
  const command = installCommand(module, goal);
  return { ...base, answer: "no", reason, command };
}

/** Consumers without a name come and go. */
function isPassing(participant: string): boolean {
  return participant.endsWith(".ephemeral");
}

/** The promise of the gate: what a minor has, later ones of its major have too. */
function covers(provider: string, user: string): boolean {
  return major(provider) === major(user) && minor(provider) >= minor(user);
}

/** Whether all that a user can use of a release is word for word in another. */
function hasSameSubjects(
  user: Deployment,
  theirs: string,
  ours: string,
  contractOf: ContractOf,
): boolean {
  const module = user.module ?? "";
  const used = contractOf(module, theirs)?.subjects.filter((each) =>
    user.subject === null
      ? each.protoPackage === user.protoPackage &&
        (each.kind === "event") === (user.role === "subscribes")
      : each.pattern === user.subject,
  );
  const served = new Map(contractOf(module, ours)?.subjects.map((each) => [each.pattern, each]));
  if (used === undefined || used.length === 0) return false;
  return used.every((each) => served.get(each.pattern)?.digest === each.digest);
}

/** Judges those who serve what a build calls, and who publish what it subscribes to. */
export function judgeProviders(
  uses: readonly Use[],
  served: readonly ServedSubject[],
  target: Target,
): readonly PartnerAnswer[] {
  const answers = uses.flatMap((use) => {
    const { module, semver, role } = use;
    if (module === null || semver === null) return [];
    if (role !== "calls" && role !== "subscribes") return [];
    const isOwn = served.some(
      (each) =>
        each.module === module &&
        (each.kind === "event") === (role === "subscribes") &&
        each.semver !== null &&
        covers(each.semver, semver),
    );
    return isOwn ? [] : judgeProvision({ module, ours: semver, use }, target);
  });
  return unique(answers);
}

interface Need {
  readonly module: string;
  readonly ours: string;
  readonly use: Use;
}

function judgeProvision({ module, ours, use }: Need, target: Target): readonly PartnerAnswer[] {
  const role = use.role === "calls" ? "serves" : "publishes";
  const there = target.deployments.filter(
    (each) =>
      each.role === role &&
      each.module === module &&
      (use.protoPackage === null || each.protoPackage === use.protoPackage),
  );
  const answers = there.map((each) => judgeProvider(each, { module, ours, use }, target));
  const enough = answers.filter(({ answer }) => answer === "yes");
  if (enough.length > 0) return enough;
  return answers.length > 0 ? answers : nobody({ module, ours, use }, role, target);
}

function judgeProvider(
  provider: Deployment,
  { module, ours }: Need,
  { environment }: Target,
): PartnerAnswer {
  const { participant, build, role, semver: theirs } = provider;
  const base = { participant, build, role, module, theirs, ours };
  if (theirs === null) {
    return {
      ...base,
      answer: "not_known",
      reason: `It does not tell the release of ${module} that it serves.`,
      command: recordCommand(provider, { environment, module, semver: null, role }),
    };
  }
  if (covers(theirs, ours)) {
    const reason = `${theirs} keeps what ${ours} promised.`;
    return { ...base, answer: "yes", reason, command: null };
  }
  return {
    ...base,
    answer: "no",
    reason: `The build uses ${ours}, and ${theirs} is served; a build that serves ${ours} goes first.`,
    command: `charter deploy matrix --module ${module}`,
  };
}

function nobody(
  { module, ours }: Need,
  role: "serves" | "publishes",
  { environment, isSeen }: Target,
): readonly PartnerAnswer[] {
  // Publishers do not show themselves, and an event that nobody publishes breaks no subscriber.
  if (role === "publishes") return [];
  const base = { participant: null, build: null, role, module, theirs: null, ours };
  if (isSeen) {
    return [
      {
        ...base,
        answer: "no",
        reason: `The build calls ${module}@${ours}, and nobody serves it in ${environment}.`,
        command: `charter deploy matrix --module ${module}`,
      },
    ];
  }
  const reason = `The build calls ${module}@${ours}, and nobody is known to serve it in ${environment}, which the registry does not see.`;
  const use = { environment, module, semver: ours, role };
  const command = recordCommand({ participant: "<participant>", build: null }, use);
  return [{ ...base, answer: "not_known", reason, command }];
}

function unique(answers: readonly PartnerAnswer[]): readonly PartnerAnswer[] {
  return [...new Map(answers.map((each) => [JSON.stringify(each), each])).values()];
}
