import ssri from "ssri";
import { limits } from "../../core/limits.ts";
import type { PackageRegistry } from "../ports.ts";
import { NpmConflictError, NpmRefusedError, NpmUnreachableError } from "./npm-failure.ts";
import { fetchPackument, mayBecomeLatest } from "./packument.ts";

type PackageToPublish = Parameters<PackageRegistry["publish"]>[0];

/** Where a version goes that is lower than the latest: a fix for an older line. */
const tagOfOlderVersion = "previous";

/**
 * The npm registry at a URL. Every call rejects with NpmUnreachableError, NpmRefusedError or
 * NpmConflictError, after `limits.npmMs` at most per request.
 *
 * @param options.token what `npm publish` would send as `_authToken`
 */
export function createNpmRegistry(options: { url: string; token: string }): PackageRegistry {
  const url = options.url.replace(/\/*$/, "/");
  const { token } = options;

  async function find(name: string, version: string) {
    return integrityOf(await fetchPackument(url, token, name), name, version);
  }

  return {
    url,
    find,

    async publish(pkg) {
      requireEqualDigest(pkg);
      const packument = await fetchPackument(url, token, pkg.name);
      const present = integrityOf(packument, pkg.name, pkg.version);
      if (present !== null) return acceptEqual(pkg, present.integrity);

      const movesBack = pkg.tag === "latest" && !mayBecomeLatest(packument, pkg.version);
      const tag = movesBack ? tagOfOlderVersion : pkg.tag;
      try {
        await send(url, token, pkg, tag);
        return "published";
      } catch (error) {
        // Another process may have published it in between: registries say 409 or 403 to that.
        const since = await find(pkg.name, pkg.version).catch(() => null);
        if (since !== null) return acceptEqual(pkg, since.integrity);
        throw failureOf(error, pkg, url);
      }
    },
  };
}

function integrityOf(
  packument: Awaited<ReturnType<typeof fetchPackument>>,
  name: string,
  version: string,
): { readonly integrity: string } | null {
  const found = packument?.versions[version];
  if (found === undefined) return null;
  if (found.dist.integrity === undefined) {
    throw new NpmUnreachableError(`The npm registry holds ${name}@${version} without a digest.`);
  }
  return { integrity: found.dist.integrity };
}

function requireEqualDigest(pkg: PackageToPublish): void {
  if (ssri.checkData(Buffer.from(pkg.tarball), pkg.integrity) === false) {
    throw new RangeError(
      `The tarball of ${pkg.name}@${pkg.version} has another digest than ${pkg.integrity}. A published version is final, so nothing was sent.`,
    );
  }
}

function acceptEqual(pkg: PackageToPublish, integrity: string): "present" {
  if (integrity === pkg.integrity) return "present";
  throw new NpmConflictError(
    `The npm registry holds ${pkg.name}@${pkg.version} with ${integrity}, and this build has ${pkg.integrity}. A published version is final: register a new release.`,
  );
}

async function send(url: string, token: string, pkg: PackageToPublish, tag: string) {
  // npm's client is hundreds of modules, which a server that publishes nothing need not load.
  const { publish } = await import("libnpmpublish");
  const manifest = { ...pkg.manifest, name: pkg.name, version: pkg.version };
  await publish(manifest, Buffer.from(pkg.tarball), {
    registry: url,
    // npm keys credentials by the registry's address without its scheme.
    [`${url.replace(/^https?:/, "")}:_authToken`]: token,
    access: "public",
    defaultTag: tag,
    timeout: limits.npmMs,
    // The publication job repeats what failed; a second layer of retries would hide its delays.
    retry: { retries: 0 },
  });
}

function failureOf(cause: unknown, pkg: PackageToPublish, url: string): Error {
  const status = cause instanceof Error && "statusCode" in cause ? cause.statusCode : undefined;
  const what = `${pkg.name}@${pkg.version}`;
  if (status === 401 || status === 403) {
    return new NpmRefusedError(
      `The npm registry ${url} refuses to publish ${what} (${status}). Check that the token may publish it.`,
      { cause },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new NpmUnreachableError(`The npm registry ${url} did not take ${what}: ${reason}`, {
    cause,
  });
}
