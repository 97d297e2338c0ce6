import type { Role } from "../deployment/deployment.ts";

/** A build of a participant. */
export interface Build {
  readonly participant: string;
  readonly build: string;
}

/** Where a build is tested when nothing tells: the environment that a pipeline makes for itself. */
export const pipelineEnvironment = "ci";

/** @param release such as `acme/shop@1.2.0`, `acme/shop`, or null for all modules */
export function testCommand(
  { participant, build }: Build,
  release: string | null,
  options: { readonly environment: string; readonly seed?: number },
): string {
  const of = release === null ? "" : ` ${release}`;
  const seed = options.seed === undefined ? "" : ` --seed ${options.seed}`;
  return `charter contract test${of}${seed} --publish --participant ${participant} --build ${build} --environment ${options.environment}`;
}

/** @param build what runs there; a placeholder where the registry cannot know it */
export function recordCommand(
  { participant, build }: { readonly participant: string; readonly build: string | null },
  use: {
    readonly environment: string;
    readonly module: string;
    readonly semver: string | null;
    readonly role: Role;
  },
): string {
  const version = use.semver ?? "<version>";
  return `charter deploy record ${participant}@${build ?? "<build>"} --to ${use.environment} --uses ${use.module}@${version} --role ${use.role}`;
}

/** Builds a participant with a release that is at least as new as another. */
export function installCommand(module: string, semver: string): string {
  return `npm install @${module}@^${semver}`;
}

/** Publishes what the tests of a consumer's build showed that it uses. */
export function usageCommand(build: string): string {
  return `charter contract usage usage/*.usage.json --publish --build ${build}`;
}
