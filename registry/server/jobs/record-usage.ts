import { type FailurePlace, RegistryFailure } from "../../core/failure.ts";
import { fieldAt, missingFrom, missingText, type UsedContract } from "../../core/usage/missing.ts";
import type { BuildUsage, SubjectUse, UsedMessage } from "../../core/usage/usage.ts";
import type { Clock, Store } from "../ports.ts";
import type { LinkedReleases } from "./linked-releases.ts";

/**
 * Keeps what a build uses, in place of what was kept of it: all of it, or nothing. Names have passed
 * their schema. Each use is held against the release that it is of, so that what is kept is true.
 *
 * @returns how many subjects are kept of the build
 * @throws RegistryFailure INVALID_REQUEST or NOT_FOUND
 */
export function recordUsage(
  ports: { readonly store: Store; readonly releases: LinkedReleases; readonly clock: Clock },
  usage: BuildUsage,
): { readonly recorded: number } {
  const { store, releases, clock } = ports;
  const who = `${usage.participant}@${usage.build}`;
  checkOnce(who, usage.uses);
  const used = new Set(usage.uses.map(({ module, semver }) => `${module}@${semver}`));
  for (const release of used) checkRegistered(store, release);
  const places = usage.uses.flatMap((use) =>
    unfit(who, use, releases.get(use.module, use.semver).revision),
  );
  const [first] = places;
  if (first !== undefined) {
    const others = places.length === 1 ? "" : ` (and ${places.length - 1} more)`;
    throw new RegistryFailure(
      "INVALID_REQUEST",
      `What a build uses must be in the release that its stubs are of. ${first.message}${others}. Run its tests again with these stubs, and publish what they record.`,
      { places },
    );
  }
  store.recordUsage({ ...usage, at: clock.now() });
  return { recorded: usage.uses.length };
}

function checkOnce(who: string, uses: readonly SubjectUse[]): void {
  const known = new Map<string, string>();
  for (const { module, semver, subject } of uses) {
    const key = `${module} ${subject}`;
    const before = known.get(key);
    known.set(key, semver);
    if (before === undefined) continue;
    throw new RegistryFailure(
      "INVALID_REQUEST",
      before === semver
        ? `${who} names its use of ${subject} of ${module}@${semver} twice; expected all fields together, once.`
        : `${who} uses ${subject} of ${module}@${before} and of ${module}@${semver}; a build has stubs of one release. Empty the folder of usage files, and run the tests again.`,
    );
  }
}

function checkRegistered(store: Store, release: string): void {
  const [module = "", semver = ""] = release.split("@");
  if (store.release(module, semver) !== null) return;
  throw new RegistryFailure(
    "NOT_FOUND",
    `A build can only use what is registered, and ${release} is not. GET /v1/modules/${module}/versions lists its releases.`,
  );
}

function unfit(who: string, use: SubjectUse, contract: UsedContract): readonly FailurePlace[] {
  const { module, semver } = use;
  const missing = missingFrom(use, contract).map((each) =>
    missingText(each, who, `${module}@${semver}`),
  );
  if (missing.length > 0) return missing.map((message) => ({ module, message }));
  const messages = use.sends === null ? [use.reads] : [use.reads, use.sends];
  return messages.flatMap((each) =>
    misnamed(each, contract).map((text) => ({
      module,
      message: `${who} uses ${text} in ${module}@${semver}`,
    })),
  );
}

/** People read the path, and everything else goes by the numbers: they must say the same. */
function misnamed({ message, fields }: UsedMessage, { registry }: UsedContract): readonly string[] {
  const desc = registry.getMessage(message);
  if (desc === undefined) return [];
  return fields.flatMap(({ path, numbers }) => {
    const names = numbers.map(
      (_, i) => fieldAt(desc, { numbers: numbers.slice(0, i + 1) }).field?.name,
    );
    const is = names.join(".");
    return is === path ? [] : [`${path} of ${message}, whose numbers are those of ${is}`];
  });
}
