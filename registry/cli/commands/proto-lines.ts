import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { FailureDetail } from "../../../contract-tests/runner/report.ts";
import { digestOf } from "../../core/revision/digest.ts";
import type { Context } from "../command.ts";
import { locateInWorkspace } from "../workspace/locate.ts";

type Place = FailureDetail["place"];

/** The text of a contract's line, or null where the workspace does not have that very file. */
export type ProtoLine = (module: string, place: Place) => string | null;

/** Something of a release that was found broken. */
export interface PlaceOfRelease {
  readonly module: string;
  readonly semver: string;
  readonly place: Place;
}

/** Reads the lines of places from the workspace at hand, if its files are those of the release. */
export async function protoLines(
  context: Context,
  places: readonly PlaceOfRelease[],
): Promise<ProtoLine> {
  const texts = new Map<string, readonly string[]>();
  if (places.length > 0) {
    const locate = await locateInWorkspace(context.cwd);
    const digests = await digestsOf(context, places);
    for (const { module, place } of places) {
      const key = `${module} ${place.file}`;
      if (texts.has(key)) continue;
      const path = resolve(context.cwd, locate(module, place.file));
      const text = await readFile(path, "utf8").catch(() => null);
      const isSame = text !== null && digestOf(text) === digests.get(key);
      texts.set(key, isSame ? text.split("\n") : []);
    }
  }
  return (module, { file, line }) => texts.get(`${module} ${file}`)?.[line - 1]?.trim() ?? null;
}

/** What the registry holds, by module and path. */
async function digestsOf(
  context: Context,
  places: readonly PlaceOfRelease[],
): Promise<ReadonlyMap<string, string>> {
  const registry = await context.registry();
  const releases = new Map(places.map(({ module, semver }) => [module, semver]));
  const digests = new Map<string, string>();
  for (const [module, semver] of releases) {
    const { files } = await registry.release(module, semver);
    for (const { path, digest } of files) digests.set(`${module} ${path}`, digest);
  }
  return digests;
}
