import { gt, prerelease } from "semver";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { limits } from "../../core/limits.ts";
import { NpmRefusedError, NpmUnreachableError } from "./npm-failure.ts";

/** What Charter reads of a packument: all that a registry knows of one package. */
const PackumentSchema = Type.Object({
  "dist-tags": Type.Optional(Type.Record(Type.String(), Type.String())),
  versions: Type.Record(
    Type.String(),
    Type.Object({ dist: Type.Object({ integrity: Type.Optional(Type.String()) }) }),
  ),
});

export type Packument = Static<typeof PackumentSchema>;

/**
 * Reads a package's packument, in npm's abbreviated form where the registry has it.
 *
 * @param registry the registry's URL, which ends with a slash
 * @returns null when the registry does not know the package
 */
export async function fetchPackument(
  registry: string,
  token: string,
  name: string,
): Promise<Packument | null> {
  const url = new URL(name.replace("/", "%2f"), registry);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      headers: {
        accept: "application/vnd.npm.install-v1+json, application/json",
        authorization: `Bearer ${token}`,
      },
      signal: AbortSignal.timeout(limits.npmMs),
    });
    text = await readBounded(response, limits.packumentBytes);
  } catch (cause) {
    if (cause instanceof NpmUnreachableError) throw cause;
    throw new NpmUnreachableError(`The npm registry ${registry} does not answer for ${name}.`, {
      cause,
    });
  }
  if (response.status === 404) return null;
  if (response.status === 401 || response.status === 403) {
    throw new NpmRefusedError(
      `The npm registry ${registry} refuses to show ${name} (${response.status}). Check the token.`,
    );
  }
  const packument = response.ok ? parseJson(text) : null;
  if (!Value.Check(PackumentSchema, packument)) {
    throw new NpmUnreachableError(
      `The npm registry ${registry} answered ${response.status} for ${name}, without a packument.`,
    );
  }
  return packument;
}

/** Whether `latest` may move to a version: never back, and never from a release to a preview. */
export function mayBecomeLatest(packument: Packument | null, version: string): boolean {
  const latest = packument?.["dist-tags"]?.latest;
  if (latest === undefined) return true;
  const [latestIsPreview, isPreview] = [prerelease(latest) !== null, prerelease(version) !== null];
  return latestIsPreview === isPreview ? gt(version, latest) : latestIsPreview;
}

async function readBounded(response: Response, bytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > bytes) {
      throw new NpmUnreachableError(`${response.url} answers with more than ${bytes} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
