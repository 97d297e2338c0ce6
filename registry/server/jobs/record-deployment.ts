import type { DeployedUse, Role } from "../../core/deployment/deployment.ts";
import { RegistryFailure } from "../../core/failure.ts";
import { claimKey } from "../../core/registration/claims.ts";
import { readImage } from "../../core/revision/image.ts";
import type { Clock, Store } from "../ports.ts";

/** What somebody tells of a build that runs from now on. Names have passed their schema. */
export interface DeploymentToRecord {
  readonly environment: string;
  readonly participant: string;
  readonly build: string;
  readonly uses: readonly {
    readonly module?: string;
    readonly protoPackage?: string;
    readonly semver: string;
    readonly role: Role;
  }[];
  readonly replace?: boolean;
}

/**
 * Records what a build uses: one row for each proto package, so that a package can be retired while
 * another of its module is in use. All of it is written, or nothing.
 *
 * @throws RegistryFailure INVALID_REQUEST or NOT_FOUND
 */
export function recordDeployment(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  told: DeploymentToRecord,
): { readonly ended: readonly string[] } {
  const { environment, participant, build } = told;
  const uses = told.uses.flatMap((each) => {
    const { module, release, packages } = resolve(store, each);
    return packages.map(
      (protoPackage): DeployedUse => ({
        environment,
        participant,
        build,
        role: each.role,
        module,
        protoPackage,
        subject: null,
        semver: each.semver,
        digest: release.digest,
        source: "recorded",
        evidence: "real",
        instances: 1,
      }),
    );
  });
  const { replace = true } = told;
  const at = clock.now();
  return store.recordDeployment({ environment, participant, build, uses, replace, at });
}

function resolve(store: Store, use: DeploymentToRecord["uses"][number]) {
  const module = moduleOf(store, use);
  const release = store.release(module, use.semver);
  if (release === null) {
    const head = store.head(module);
    const known =
      head === null
        ? "no such module is registered. GET /v1/modules lists those that are"
        : `head is ${head.semver}. GET /v1/modules/${module}/versions lists its releases`;
    throw new RegistryFailure(
      "NOT_FOUND",
      `A build can only use what is registered, and ${module}@${use.semver} is not: ${known}.`,
    );
  }
  const own = new Set(release.files.map((file) => file.path));
  const files = readImage(store.image(release.id)).file.filter((file) => own.has(file.name));
  const held = [...new Set(files.map((file) => file.package))].sort();
  if (use.protoPackage === undefined) return { module, release, packages: held };
  if (held.includes(use.protoPackage)) return { module, release, packages: [use.protoPackage] };
  throw new RegistryFailure(
    "NOT_FOUND",
    `${module}@${use.semver} has no package ${use.protoPackage}; it has ${held.join(", ")}.`,
  );
}

function moduleOf(store: Store, { module, protoPackage }: DeploymentToRecord["uses"][number]) {
  if (module !== undefined && protoPackage === undefined) return module;
  if (module !== undefined || protoPackage === undefined) {
    throw new RegistryFailure(
      "INVALID_REQUEST",
      "A use names a module or a proto package; expected one of `module` and `protoPackage`.",
    );
  }
  const claim = { kind: "package", value: protoPackage } as const;
  const owner = store.owners([claim]).get(claimKey(claim));
  if (owner !== undefined) return owner;
  throw new RegistryFailure(
    "NOT_FOUND",
    `No registered module has the proto package "${protoPackage}". GET /v1/modules lists the modules.`,
  );
}
