import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** A file of a module: its path from the root of imports, and its text. */
export interface SchemaFile {
  readonly path: string;
  readonly content: string;
}

/** The digest of a text or of bytes: `sha256:` and 64 hexadecimal digits. */
export function digestOf(content: string | Uint8Array): string {
  const bytes = typeof content === "string" ? utf8ToBytes(content) : content;
  return `sha256:${bytesToHex(sha256(bytes))}`;
}

/** The digest of a revision: over the paths and the digests of its files, in the paths' order. */
export function revisionDigest(files: readonly SchemaFile[]): string {
  const lines = files.map((file) => `${digestOf(file.content)}  ${file.path}\n`);
  return digestOf(lines.sort(byPath).join(""));
}

/** Orders lines by what follows the digest, which has a fixed length. */
function byPath(a: string, b: string): number {
  const x = a.slice(73);
  const y = b.slice(73);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** JSON with the keys of every object in order, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
