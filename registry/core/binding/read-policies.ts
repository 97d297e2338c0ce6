import * as options from "../gen/charter/nats/v1/binding_pb.js";

/** What an option says of compression. */
export function compressionOf(declared: options.Compression): "zstd" | null {
  return declared === options.Compression.ZSTD ? "zstd" : null;
}

/** What an option says of encryption. */
export function encryptionOf(declared: options.Encryption): "required" | null {
  return declared === options.Encryption.REQUIRED ? "required" : null;
}
