/**
 * A 32-bit number that depends on a seed and some bytes: FNV-1a, then the finalizer of MurmurHash3,
 * because FNV alone hardly moves the high bits for texts that differ in their last character.
 */
export function seededHash(seed: number, data: Uint8Array | string): number {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  let hash = 0x811c9dc5 ^ seed;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
