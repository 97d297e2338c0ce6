import { fromCurveSeed, fromPublic } from "@nats-io/nkeys";
import { LRUCache } from "lru-cache";
import nacl from "tweetnacl";
import { CharterError } from "../errors/charter-error.ts";

/** "xkv1", with which NATS begins what a curve key sealed. */
const version = [0x78, 0x6b, 0x76, 0x31] as const;
const nonceAt = version.length;
const boxAt = nonceAt + nacl.secretbox.nonceLength;

/** Senders are named by those who send, so there can be any number of them. */
const maxPeers = 1024;

/**
 * A NATS curve key ("xkey"), which seals and opens as the `seal` and `open` of `@nats-io/nkeys` do.
 * Those derive the shared secret each time, which takes about a millisecond; this one keeps it.
 */
export class CurveKey {
  /** `X…`. */
  readonly publicKey: string;
  readonly #secret: Uint8Array;
  readonly #shared = new LRUCache<string, Uint8Array>({ max: maxPeers });

  /**
   * Throws `invalid_argument` for what is no curve seed (`SX…`). The error names `where` it stood,
   * and does not show it.
   */
  constructor(seed: string, where: string) {
    try {
      this.publicKey = fromCurveSeed(new TextEncoder().encode(seed)).getPublicKey();
    } catch {
      throw new CharterError(
        "invalid_argument",
        `${where} of the payload keys must be the seed of a NATS curve key, which begins with SX; ` +
          "`nsc generate nkey --curve` makes one",
      );
    }
    this.#secret = rawKey(seed, 2);
  }

  seal(content: Uint8Array, recipient: string): Uint8Array {
    const nonce = nacl.randomBytes(nacl.secretbox.nonceLength);
    const box = nacl.secretbox(content, nonce, this.#secretWith(recipient));
    const sealed = new Uint8Array(boxAt + box.length);
    sealed.set(version);
    sealed.set(nonce, nonceAt);
    sealed.set(box, boxAt);
    return sealed;
  }

  /** Null for what the sender did not seal for this key. `sender` is a public curve key. */
  open(sealed: Uint8Array, sender: string): Uint8Array | null {
    const nonce = nonceOf(sealed);
    if (nonce === null) return null;
    return nacl.secretbox.open(sealed.subarray(boxAt), nonce, this.#secretWith(sender));
  }

  #secretWith(peer: string): Uint8Array {
    const known = this.#shared.get(peer);
    if (known !== undefined) return known;
    const shared = nacl.box.before(rawKey(peer, 1), this.#secret);
    this.#shared.set(peer, shared);
    return shared;
  }
}

/** The 24 bytes that tell one sealed payload from all others, or null for what is not sealed. */
export function nonceOf(sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < boxAt + nacl.secretbox.overheadLength) return null;
  if (!version.every((byte, index) => sealed[index] === byte)) return null;
  return sealed.subarray(nonceAt, boxAt);
}

/** Whether a text is the public half of a curve key: `X…`, with its checksum. */
export function isPublicCurveKey(text: string): boolean {
  if (!/^X[A-Z2-7]{55}$/.test(text)) return false;
  try {
    fromPublic(text);
    return true;
  } catch {
    return false;
  }
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The 32 bytes of a key in base32, between its prefix and its checksum. */
function rawKey(text: string, prefixLength: number): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const letter of text) {
    bits = ((bits << 5) | alphabet.indexOf(letter)) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes[at] = bits >> count;
    at += 1;
  }
  return bytes.subarray(prefixLength, prefixLength + 32);
}
