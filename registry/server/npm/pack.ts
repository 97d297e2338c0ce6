import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import ssri from "ssri";
import { pack } from "tar-stream";

/** An archive as npm installs it, with the two digests that a packument states. */
export interface PackedTarball {
  /** A gzip'd ustar archive, with everything below `package/`. */
  readonly tarball: Uint8Array;
  /** `sha512-` and base64. */
  readonly integrity: string;
  /** SHA-1 in hex, which old npm clients read. */
  readonly shasum: string;
}

/** The time that npm itself gives every packed file; zip tools reject times before 1980. */
const packedAt = new Date("1985-10-26T08:15:00Z");

/** The tenth byte of a gzip header names the operating system; 255 is "unknown" (RFC 1952, 2.3). */
const gzipSystemByte = 9;
const unknownSystem = 255;

/**
 * Packs files into an npm tarball. Equal files give equal bytes, whatever their order and whatever
 * machine packs them, so that a publication can be repeated and compared.
 *
 * @param files by path inside of the package, such as `v1/index.js`
 * @throws RangeError when a path is absolute, or climbs out of the package
 */
export async function packTarball(files: ReadonlyMap<string, Uint8Array>): Promise<PackedTarball> {
  const archive = pack();
  for (const path of [...files.keys()].sort()) {
    requireInside(path);
    const content = Buffer.from(files.get(path) ?? []);
    archive.entry({ name: `package/${path}`, mode: 0o644, mtime: packedAt }, content);
  }
  archive.finalize();
  const tarball = gzipSync(await buffer(archive), { level: 9 });
  tarball[gzipSystemByte] = unknownSystem;
  return {
    tarball,
    integrity: ssri.fromData(tarball, { algorithms: ["sha512"] }).toString(),
    shasum: createHash("sha1").update(tarball).digest("hex"),
  };
}

function requireInside(path: string): void {
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..") || path.includes("\\")) {
    throw new RangeError(
      `A packed file is named by a path inside of the package, such as v1/index.js; this is ${JSON.stringify(path)}.`,
    );
  }
}
