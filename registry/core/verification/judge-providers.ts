import { compare } from "semver";
import type { Deployment } from "../deployment/deployment.ts";
import { groupBy } from "../group-by.ts";
import type { KeptUse } from "../usage/usage.ts";
import { installCommand, recordCommand, usageCommand } from "./commands.ts";
import { covers, type PartnerAnswer, type Target, unique } from "./partner.ts";
import type { ServedSubject } from "./served.ts";
import {
  holdAgainst,
  lacksText,
  roleOf,
  sizeText,
  speakingFor,
  type UseInRelease,
} from "./use-in-release.ts";

/** What a build uses of others, as it is told, recorded or seen. */
export type Use = Pick<Deployment, "role" | "module" | "protoPackage" | "subject" | "semver">;

/** What somebody must serve or publish: one subject that the build's tests used, or a package. */
export interface Need {
  readonly role: "calls" | "subscribes";
  readonly module: string;
  readonly protoPackage: string | null;
  /** The release that the build was made with. */
  readonly ours: string;
  /** What the build's tests showed; null where it goes by versions. */
  readonly use: KeptUse | null;
}

/** Judges those who serve what a build calls, and who publish what it subscribes to. */
export function judgeProviders(
  needs: readonly Need[],
  served: readonly ServedSubject[],
  target: Target,
): readonly PartnerAnswer[] {
  const provisions = needs
    .filter((need) => !isServedByItself(need, served, target))
    .flatMap((need) => provisionsOf(need, target));
  const together = groupBy(provisions, ({ need, provider }) =>
    JSON.stringify([need.module, need.role, need.ours, need.use === null, releaseOf(provider)]),
  );
  return unique(
    [...together.values()].flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      const all = [first.need, ...others.map(({ need }) => need)] as const;
      return first.provider === null
        ? nobody(all, target)
        : [judgeProvider(first.provider, all, target)];
    }),
  );
}

/** What a build needs. What its tests showed takes the place of what is told of the same. */
export function needsOf(told: readonly Use[], target: Target): readonly Need[] {
  const kept = target.usesOf(target.build);
  const shown = kept.map((use) => {
    const { module, semver: ours, subject } = use;
    const bound = target
      .contractOf(module, ours)
      ?.subjects.find(({ pattern }) => pattern === subject);
    return { role: roleOf(use), module, protoPackage: bound?.protoPackage ?? null, ours, use };
  });
  const rest = told.flatMap((each): readonly Need[] => {
    const { role, module, protoPackage, semver: ours } = each;
    if (module === null || ours === null) return [];
    if (role !== "calls" && role !== "subscribes") return [];
    if (speakingFor(each, kept).length > 0) return [];
    return [{ role, module, protoPackage, ours, use: null }];
  });
  return [...shown, ...rest];
}

function isServedByItself(
  { role, module, ours, use }: Need,
  served: readonly ServedSubject[],
  { missingIn }: Target,
): boolean {
  return served.some(({ semver, ...each }) => {
    if (each.module !== module || semver === null) return false;
    if (use === null)
      return (each.kind === "event") === (role === "subscribes") && covers(semver, ours);
    return each.subject === use.subject && missingIn(use, semver)?.length === 0;
  });
}

/** Somebody there who does what is needed; null for nobody. */
interface Provision {
  readonly need: Need;
  readonly provider: Deployment | null;
}

/** Where one will do, the others are not asked. */
function provisionsOf(need: Need, target: Target): readonly Provision[] {
  const there = target.deployments.filter((each) => isProviderOf(need, each));
  if (there.length === 0) return [{ need, provider: null }];
  const enough = there.filter((each) => judgeProvider(each, [need], target).answer === "yes");
  return (enough.length > 0 ? enough : there).map((provider) => ({ need, provider }));
}

function isProviderOf({ role, module, protoPackage, use }: Need, provider: Deployment): boolean {
  if (provider.role !== providerRole[role] || provider.module !== module) return false;
  if (use !== null && provider.subject !== null) return provider.subject === use.subject;
  return protoPackage === null || provider.protoPackage === protoPackage;
}

const providerRole = { calls: "serves", subscribes: "publishes" } as const;

/** A provider's subjects are asked together where it serves them with one release. */
function releaseOf(provider: Deployment | null) {
  if (provider === null) return null;
  const { participant, build, role, semver } = provider;
  return { participant, build, role, semver };
}

type Needs = readonly [Need, ...Need[]];

function judgeProvider(provider: Deployment, needs: Needs, target: Target): PartnerAnswer {
  const { participant, build, role, semver: theirs } = provider;
  const [{ module, ours }] = needs;
  const base = { participant, build, role, module, theirs, ours, use: null };
  if (theirs === null) {
    const served = { environment: target.environment, module, semver: null, role };
    return {
      ...base,
      answer: "not_known",
      reason: `It does not tell the release of ${module} that it serves.`,
      command: recordCommand(provider, served),
    };
  }
  const uses = needs.flatMap(({ use }) => use ?? []);
  const use = uses.length === 0 ? null : holdAgainst(uses, theirs, target.missingIn);
  return use === null
    ? judgeByVersion({ ...base, theirs }, uses.length > 0, target)
    : judgeByUse({ ...base, theirs, use });
}

type Base = Omit<PartnerAnswer, "answer" | "reason" | "command"> & { readonly theirs: string };

function judgeByUse(base: Base & { readonly use: UseInRelease }): PartnerAnswer {
  const { module, theirs, ours, use } = base;
  if (use.lacking === 0) {
    const has = `has all that the build uses: ${sizeText(use)}.`;
    const reason = covers(theirs, ours)
      ? `${theirs} keeps what ${ours} promised, and ${has}`
      : `${theirs} ${has}`;
    return { ...base, answer: "yes", reason, command: null };
  }
  const lacks = lacksText(use, "The build", theirs);
  return compare(theirs, ours) < 0
    ? { ...base, answer: "no", ...providerFirst(lacks, module, ours) }
    : {
        ...base,
        answer: "no",
        reason: `${lacks} Make the build with ${theirs}.`,
        command: installCommand(module, theirs),
      };
}

function providerFirst(why: string, module: string, ours: string) {
  return {
    reason: `${why} A build that serves ${ours} goes first.`,
    command: `charter deploy matrix --module ${module}`,
  };
}

/** @param isKept whether the build's use is kept, and cannot be compared */
function judgeByVersion(base: Base, isKept: boolean, { build }: Target): PartnerAnswer {
  const { module, theirs, ours } = base;
  if (covers(theirs, ours)) {
    const reason = `${theirs} keeps what ${ours} promised.`;
    return { ...base, answer: "yes", reason, command: null };
  }
  const why = `The build uses ${ours}, and ${theirs} is served.`;
  if (isKept) return { ...base, answer: "no", ...providerFirst(why, module, ours) };
  return {
    ...base,
    answer: "no",
    reason: `${why} A build that serves ${ours} goes first, or publish what ${build.participant} uses, if ${theirs} has all of it.`,
    command: usageCommand(build.build),
  };
}

function nobody(needs: Needs, target: Target): readonly PartnerAnswer[] {
  const [{ module, ours, role: does }] = needs;
  // Publishers do not show themselves, and an event that nobody publishes breaks no subscriber.
  if (does === "subscribes") return [];
  const { environment, isSeen } = target;
  const role = providerRole[does];
  const base = { participant: null, build: null, role, module, theirs: null, ours, use: null };
  const subjects = needs.flatMap(({ use }) => use?.subject ?? []);
  const called = `${subjects.length === 0 ? "" : `${subjects.join(", ")} of `}${module}@${ours}`;
  if (isSeen) {
    return [
      {
        ...base,
        answer: "no",
        reason: `The build calls ${called}, and nobody serves it in ${environment}.`,
        command: `charter deploy matrix --module ${module}`,
      },
    ];
  }
  const use = { environment, module, semver: ours, role };
  return [
    {
      ...base,
      answer: "not_known",
      reason: `The build calls ${called}, and nobody is known to serve it in ${environment}, which the registry does not see.`,
      command: recordCommand({ participant: "<participant>", build: null }, use),
    },
  ];
}
