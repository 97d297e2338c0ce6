import { protoPackageOf } from "../../core/deployment/subject-matches.ts";
import type { ContractOf, ReleaseContract } from "../../core/verification/contract-of.ts";
import type { Store } from "../ports.ts";

/** Reads each release once, for the time of one question: many participants use the same ones. */
export function contractLookup(store: Store): ContractOf {
  const known = new Map<string, ReleaseContract | null>();
  return (module, semver) => {
    const key = `${module}@${semver}`;
    const contract = known.get(key) ?? read(store, module, semver);
    known.set(key, contract);
    return contract;
  };
}

function read(store: Store, module: string, semver: string): ReleaseContract | null {
  const release = store.release(module, semver);
  if (release === null) return null;
  const packages = store.protoPackages(module);
  return {
    digest: release.digest,
    subjects: release.bindings.map(({ binding, digest }) => {
      const { pattern, kind, messageType } = binding;
      const rpc = kind === "event" ? null : binding.rpc;
      const protoPackage = protoPackageOf({ pattern, kind, module, rpc, messageType }, packages);
      return { pattern, kind, protoPackage, digest };
    }),
  };
}
