import { compare, major } from "semver";
import type { Deployment } from "../deployment/deployment.ts";
import { groupBy } from "../group-by.ts";
import { installCommand, recordCommand, usageCommand } from "./commands.ts";
import { covers, type PartnerAnswer, type Target, unique } from "./partner.ts";
import type { ServedSubject } from "./served.ts";
import {
  holdAgainst,
  lacksText,
  newestOf,
  roleOf,
  sizeText,
  speakingFor,
  type UseInRelease,
} from "./use-in-release.ts";

/** Who uses a module, and as far as it is known what of it. */
type User = Pick<
  Deployment,
  "participant" | "build" | "role" | "module" | "protoPackage" | "subject" | "semver"
>;

/** What a build serves of one release, or would have to. */
interface Service {
  readonly module: string;
  readonly ours: string;
  readonly subjects: readonly ServedSubject[];
}

/** Judges those who call, and those who subscribe to, what a build serves. */
export function judgeUsers(
  served: readonly ServedSubject[],
  target: Target,
): readonly PartnerAnswer[] {
  const releases = groupBy(served, ({ module, semver }) => `${module}@${semver}`);
  const answers = [...releases.values()].flatMap((subjects) => {
    const [{ module = "", semver: ours = null } = {}] = subjects;
    if (ours === null) return [];
    const service = { module, ours, subjects };
    return usersOf(service, target).map((user) => judgeUser(user, service, target));
  });
  return unique(answers);
}

function usersOf(service: Service, target: Target): readonly User[] {
  const known = target.deployments.filter((each) =>
    service.subjects.some((subject) => isUserOf(each, subject)),
  );
  return tellingOnes([...known, ...showingOnes(known, service, target)], target);
}

function isUserOf(use: Deployment, served: ServedSubject): boolean {
  if (use.role !== (served.kind === "event" ? "subscribes" : "calls")) return false;
  if (use.module !== served.module) return false;
  if (use.subject !== null) return use.subject === served.subject;
  return served.protoPackage === null || use.protoPackage === served.protoPackage;
}

/** Who runs there, and is known to be a user by what its tests showed alone. */
function showingOnes(
  known: readonly User[],
  { module, subjects }: Service,
  { deployments, usesOf }: Target,
): readonly User[] {
  const keyOf = (use: Pick<User, "participant" | "build" | "role">) =>
    JSON.stringify([use.participant, use.build, use.role]);
  const told = new Set(known.map(keyOf));
  const patterns = new Set(subjects.map(({ subject }) => subject));
  const shown = deployments.flatMap(({ participant, build }) =>
    usesOf({ participant, build })
      .filter((use) => use.module === module && patterns.has(use.subject))
      .map((use) => ({ participant, build, role: roleOf(use), module })),
  );
  return unique(shown)
    .filter((each) => !told.has(keyOf(each)))
    .map((each) => ({ ...each, protoPackage: null, subject: null, semver: null }));
}

/** What a consumer does not tell, its tests or a record of the same participant do. */
function tellingOnes(users: readonly User[], { usesOf }: Target): readonly User[] {
  const keyOf = (user: User) => `${user.participant} ${user.role} ${user.module}`;
  const told = new Set(users.filter(({ semver }) => semver !== null).map(keyOf));
  return users.filter(
    (user) =>
      user.semver !== null || speakingFor(user, usesOf(user)).length > 0 || !told.has(keyOf(user)),
  );
}

type Base = Omit<PartnerAnswer, "answer" | "reason" | "command">;

function judgeUser(user: User, { module, ours, subjects }: Service, target: Target): PartnerAnswer {
  const { participant, build, role } = user;
  const ofModule = target.usesOf(user).filter((use) => use.module === module);
  const speaking = speakingFor(user, ofModule);
  const touching = speaking.filter((use) => subjects.some((each) => each.subject === use.subject));
  const use = speaking.length === 0 ? null : holdAgainst(touching, ours, target.missingIn);
  const shown = newestOf(speaking);
  const theirs = use === null ? (user.semver ?? newestOf(ofModule)) : shown;
  const base = { participant, build, role, module, theirs, ours, use };
  if (use !== null && theirs !== null) return judgeByUse({ ...base, theirs, use });
  if (theirs === null) return judgeUntold(base, user, target);
  return judgeByVersion({ ...base, theirs }, user, target);
}

function judgeByUse(base: Base & { theirs: string; use: UseInRelease }): PartnerAnswer {
  const { participant, module, theirs, ours, use } = base;
  if (use.lacking === 0) {
    const reason =
      use.subjects === 0
        ? "Its tests use none of the subjects that the build serves."
        : covers(ours, theirs)
          ? `${ours} keeps what ${theirs} promised, and has all that it uses: ${sizeText(use)}.`
          : `${ours} has all that it uses: ${sizeText(use)}.`;
    return { ...base, answer: "yes", reason, command: null };
  }
  const { whoMoves, goal } = behind(participant, theirs, ours);
  return {
    ...base,
    answer: "no",
    reason: `${lacksText(use, "It", ours)} Move ${whoMoves} to ${goal} first.`,
    command: installCommand(module, goal),
  };
}

/** Whoever is behind has to move: the build, or its user. */
function behind(participant: string | null, theirs: string, ours: string) {
  return compare(ours, theirs) < 0
    ? { whoMoves: "the build", goal: theirs }
    : { whoMoves: participant, goal: ours };
}

function judgeUntold(base: Base, user: User, { environment }: Target): PartnerAnswer {
  const { module, role } = base;
  if (isPassing(user.participant)) {
    const reason = "It reads a stream and keeps nothing; its release cannot be known.";
    return { ...base, answer: "yes", reason, command: null };
  }
  return {
    ...base,
    answer: "not_known",
    reason: `It does not tell the release of ${module} that it was built with.`,
    command: recordCommand(user, { environment, module, semver: null, role }),
  };
}

/** Consumers without a name come and go. */
function isPassing(participant: string): boolean {
  return participant.endsWith(".ephemeral");
}

/** For whom no use is kept, or none that says something of where it is seen. */
function judgeByVersion(base: Base & { theirs: string }, user: User, target: Target) {
  const { participant, build, module, theirs, ours } = base;
  if (covers(ours, theirs)) {
    const reason = `${ours} keeps what ${theirs} promised.`;
    return { ...base, answer: "yes", reason, command: null } as const;
  }
  if (hasSameSubjects(user, theirs, ours, target)) {
    const reason = `Its subjects are the same in ${theirs} and ${ours}.`;
    return { ...base, answer: "yes", reason, command: null } as const;
  }
  const { whoMoves, goal } = behind(participant, theirs, ours);
  const why =
    major(ours) === major(theirs)
      ? `It may use what ${theirs} added, and the build serves ${ours}.`
      : `It uses ${theirs}, and the build serves ${ours}, another major.`;
  const or =
    build === null ? "" : `, or publish what ${participant} uses, if ${ours} has all of it`;
  return {
    ...base,
    answer: "no",
    reason: `${why} Move ${whoMoves} to ${goal} first${or}.`,
    command: build === null ? installCommand(module, goal) : usageCommand(build),
  } as const;
}

/** Whether all that a user can use of a release is word for word in another. */
function hasSameSubjects(
  user: User,
  theirs: string,
  ours: string,
  { contractOf }: Target,
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
