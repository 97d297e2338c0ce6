import * as zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compress, decompress, decompressInScript, maxDecompressed } from "./compression.ts";

const text = (length: number) => Uint8Array.from({ length }, (_, index) => (index * index) % 97);
const decompressors = [
  { name: "node:zlib", read: decompress },
  { name: "fzstd", read: decompressInScript },
];
const frame = (content: Uint8Array) => new Uint8Array(zlib.zstdCompressSync(content));

/** A header with a window, which says nothing of the content's size. */
const withoutSize = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
/** A header without a window, and four bytes for the content's size. */
function withSize(size: number): number[] {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, size, true);
  return [0x28, 0xb5, 0x2f, 0xfd, 0xa0, ...bytes];
}
function block(type: 0 | 1 | 2, size: number, content: readonly number[]): number[] {
  const header = (size << 3) | (type << 1) | 1;
  return [header & 0xff, (header >> 8) & 0xff, (header >> 16) & 0xff, ...content];
}

describe("compress", () => {
  it("leaves alone what has 16 KiB or less, or is too large for receivers, or does not shrink", () => {
    expect(compress(text(16 * 1024))).toBeNull();
    expect(compress(new Uint8Array(maxDecompressed + 1))).toBeNull();
    expect(compress(crypto.getRandomValues(new Uint8Array(20_000)))).toBeNull();
  });

  it("makes what has more smaller", () => {
    const compressed = compress(text(16 * 1024 + 1));
    expect(compressed?.length).toBeLessThan(16 * 1024);
  });
});

describe.each(decompressors)("decompress by $name", ({ read }) => {
  it.each([0, 1, 255, 256, 65_791, 65_792, 3_000_000])("gives back %d bytes", (length) => {
    const content = text(length);
    expect(Buffer.compare(read(frame(content)), content)).toBe(0);
  });

  it("gives back the most that is allowed, with a checksum", () => {
    const content = new Uint8Array(maxDecompressed);
    const checked = zlib.zstdCompressSync(content, {
      params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 },
    });
    expect(read(new Uint8Array(checked)).length).toBe(maxDecompressed);
  });

  it.each([
    ["more than is allowed", [...withSize(maxDecompressed + 1), ...block(1, 1, [0])]],
    ["more than it tells", [...withSize(300), ...block(1, 100_000, [0])]],
    ["less than it tells", [...withSize(300), ...block(1, 200, [0])]],
    ["an unknown amount", [...withoutSize, ...block(1, 200, [0])]],
    ["a block that is too large", [...withSize(200_000), ...block(1, 200_000, [0])]],
    ["a block of no type", [...withSize(1), 0x07, 0, 0]],
    ["no block", withSize(1)],
    ["not all of a block", [...withSize(9), ...block(0, 9, [1, 2])]],
    ["something after its end", [...frame(text(50)), 0]],
    ["a second frame", [...frame(text(50)), ...frame(text(50))]],
    ["a dictionary", [0x28, 0xb5, 0x2f, 0xfd, 0x21, 1, 1, ...block(1, 1, [0])]],
    ["no zstd at all", [...Buffer.from("a text that nobody compressed")]],
    ["nothing", []],
  ])("refuses a frame that holds %s", (_, bytes) => {
    expect(() => read(Uint8Array.from(bytes))).toThrow();
  });

  it("refuses a window that is larger than all that is allowed", () => {
    // 2 GiB of memory, for nothing.
    const header = [0x28, 0xb5, 0x2f, 0xfd, 0x40, 0xa8, 0, 0];
    expect(() => read(Uint8Array.from([...header, ...block(1, 256, [0])]))).toThrow(/16777216/);
  });

  it("takes any bytes without harm", () => {
    const valid = frame(text(1000));
    const damage = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 3 });
    const readSafely = (bytes: Uint8Array) => {
      try {
        expect(read(bytes)).toBeInstanceOf(Uint8Array);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readSafely));
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = valid.slice();
        for (const [at, value] of changes) bytes[at] = value;
        readSafely(bytes);
      }),
    );
  });
});

it("decompressInScript stops at a block that would keep it busy for minutes", () => {
  // 98047 matches of 65539 bytes each, out of a bit stream that has none of their bits.
  const sequences = [0x00, 0xff, 0xff, 0xff, 0x54, 0, 0, 52, 1];
  const bytes = [...withSize(1_000_000), ...block(2, sequences.length, sequences)];
  expect(() => decompressInScript(Uint8Array.from(bytes))).toThrow(/timed out/);
});
