import { inspect } from "node:util";
import { createCurve, fromCurveSeed } from "@nats-io/nkeys";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytes } from "../../testing/lab-server.ts";
import { curveSeed } from "../../testing/payload-labs.ts";
import { CurveKey, isPublicCurveKey } from "./curve-key.ts";
import { payloadKeys } from "./payload-keys.ts";

const newKey = (seed = curveSeed()) => new CurveKey(seed, "own");

describe("CurveKey", () => {
  it("opens what @nats-io/nkeys seals, and seals what that opens", () => {
    const theirs = createCurve();
    const seed = curveSeed();
    const ours = newKey(seed);
    expect(ours.publicKey).toBe(fromCurveSeed(bytes(seed)).getPublicKey());
    const text = bytes("what only two know");
    expect(ours.open(theirs.seal(text, ours.publicKey), theirs.getPublicKey())).toEqual(text);
    expect(theirs.open(ours.seal(text, theirs.getPublicKey()), ours.publicKey)).toEqual(text);
  });

  it("seals the same text differently each time, also an empty one", () => {
    const [a, b] = [newKey(), newKey()];
    const sealed = [1, 2].map(() => a.seal(new Uint8Array(), b.publicKey));
    expect(Buffer.compare(sealed[0] ?? bytes(""), sealed[1] ?? bytes(""))).not.toBe(0);
    for (const each of sealed) expect(b.open(each, a.publicKey)).toEqual(new Uint8Array());
  });

  it("opens nothing that was changed anywhere, that is for another, or by another", () => {
    const [a, b, c] = [newKey(), newKey(), newKey()];
    const sealed = a.seal(bytes("text"), b.publicKey);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(b.open(changed, a.publicKey)).toBeNull();
    }
    expect(c.open(sealed, a.publicKey)).toBeNull();
    expect(b.open(sealed, c.publicKey)).toBeNull();
  });

  it("takes any bytes without harm", () => {
    const [a, b] = [newKey(), newKey()];
    const prefixed = fc.uint8Array({ maxLength: 100 }).map((tail) => {
      return new Uint8Array([...bytes("xkv1"), ...tail]);
    });
    fc.assert(
      fc.property(fc.oneof(prefixed, fc.uint8Array({ maxLength: 100 })), (data) => {
        expect(a.open(data, b.publicKey)).toBeNull();
      }),
    );
  });
});

describe("isPublicCurveKey", () => {
  it("takes public curve keys only", () => {
    const { publicKey } = newKey();
    expect(isPublicCurveKey(publicKey)).toBe(true);
    const flipped = publicKey.endsWith("A") ? "B" : "A";
    const user = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";
    const wrong = ["", "X", curveSeed(), publicKey.slice(0, -1) + flipped, user, `${publicKey}\n`];
    for (const text of wrong) expect(isPublicCurveKey(text)).toBe(false);
  });
});

describe("payloadKeys", () => {
  it("never shows a seed, however it is printed", () => {
    const [own, events] = [curveSeed(), curveSeed()];
    const keys = payloadKeys({ own, events: { "lab/lab": events } });
    const printed = [
      String(keys),
      JSON.stringify({ keys }),
      inspect({ keys }, { showHidden: true, depth: 9 }),
      inspect(keys.own, { showHidden: true, depth: 9 }),
      inspect(Object.getOwnPropertyDescriptors(keys), { depth: 9 }),
    ].join();
    expect(printed).toContain(keys.publicKey);
    for (const seed of [own, events]) expect(printed).not.toContain(seed);
  });

  it.each([
    ["own", (seed: string) => ({ own: seed.slice(0, -1) })],
    ["own", () => ({ own: [] })],
    ["own", () => ({ own: newKey().publicKey })],
    ["services.lab/lab", (seed: string) => ({ own: seed, services: { "lab/lab": seed } })],
    ["events.lab/lab", (seed: string) => ({ own: seed, events: { "lab/lab": seed.slice(2) } })],
    ["accept", (seed: string) => ({ own: seed, accept: [seed] })],
  ])("says that %s is no key, without showing it", (where, config) => {
    const seed = curveSeed();
    let error: unknown;
    try {
      payloadKeys(config(seed));
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(where),
    });
    expect(inspect(error, { depth: 9 })).not.toContain(seed.slice(2, -1));
  });
});
