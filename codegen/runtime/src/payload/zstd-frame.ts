/** What a zstd frame says of itself before anything is decompressed (RFC 8878, 3.1.1). */
export interface ZstdFrame {
  /** In bytes. */
  readonly contentSize: number;
  /** The memory that decompressing needs beside the content, in bytes. */
  readonly windowSize: number;
}

const magic = 0xfd2fb528;
/** RFC 8878: no block holds more, compressed or not. */
const maxBlockSize = 128 * 1024;

/**
 * Reads the header, and walks the blocks to the end. Throws for what is not exactly one frame that
 * tells its content size, as every one-shot compressor writes it.
 */
export function readFrame(data: Uint8Array): ZstdFrame {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (view.byteLength < 6 || view.getUint32(0, true) !== magic) throw new Error("no zstd frame");
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x0b) !== 0) throw new Error("a zstd frame with a dictionary or reserved bits");
  const sizeAt = isSingleSegment ? 5 : 6;
  const { contentSize, blocksAt } = readContentSize(view, descriptor >> 6, isSingleSegment, sizeAt);
  const windowSize = isSingleSegment ? contentSize : readWindowSize(view.getUint8(5));
  const checksumSize = (descriptor & 0x04) === 0 ? 0 : 4;
  if (endOfBlocks(view, blocksAt) + checksumSize !== data.byteLength) {
    throw new Error("a zstd frame that does not end where the payload ends");
  }
  return { contentSize, windowSize };
}

function readContentSize(view: DataView, flag: number, isSingleSegment: boolean, at: number) {
  switch (flag) {
    case 0:
      if (!isSingleSegment) throw new Error("a zstd frame that does not tell its content size");
      return { contentSize: view.getUint8(at), blocksAt: at + 1 };
    case 1:
      return { contentSize: view.getUint16(at, true) + 256, blocksAt: at + 2 };
    case 2:
      return { contentSize: view.getUint32(at, true), blocksAt: at + 4 };
    default:
      return { contentSize: Number(view.getBigUint64(at, true)), blocksAt: at + 8 };
  }
}

function readWindowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function endOfBlocks(view: DataView, start: number): number {
  let at = start;
  for (;;) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === 3 || size > maxBlockSize) throw new Error("a zstd block that cannot be");
    // A run of one byte is written as that byte.
    at += 3 + (type === 1 ? 1 : size);
    if ((header & 1) !== 0) return at;
  }
}
