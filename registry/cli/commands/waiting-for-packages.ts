import { setTimeout as delay } from "node:timers/promises";
import type { RegistryClient } from "../../api/client.ts";
import type { Release } from "../../api/schemas/module.ts";
import type { Context } from "../command.ts";
import type { Exit } from "../exit-code.ts";

/** A publication takes less than a second; this leaves room for a slow npm registry's retries. */
const waitMs = 120_000;
const pollMs = 200;

/**
 * Waits until no release's package is pending or the time is up. One that says why it is pending
 * waits for a person. Updates `releases`.
 */
export async function waitForPackages(
  context: Context,
  registry: RegistryClient,
  releases: Release[],
): Promise<void> {
  const end = Date.now() + waitMs;
  for (const [i, release] of releases.entries()) {
    let now = release;
    if (now.package.state === "pending") {
      context.progress(`Waiting for ${now.package.name}@${now.package.version} …`);
    }
    while (now.package.state === "pending" && now.package.error === null && Date.now() < end) {
      await delay(pollMs);
      now = await registry.release(now.module, now.semver);
    }
    releases[i] = now;
  }
}

/** How a command ends by the state of the packages that it is about. */
export function exitOfPackages(packages: readonly { readonly state: string }[]): Exit {
  if (packages.some((each) => each.state === "failed")) return "unreachable";
  return packages.some((each) => each.state === "pending") ? "inconclusive" : "done";
}
