import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";

/**
 * The bytes of a message, for a handler that has them already: from a cache, a database, or parts
 * that were encoded beforehand. Nobody looks into them before they are sent.
 */
export class EncodedMessage<Desc extends DescMessage = DescMessage> {
  readonly schema: Desc;
  readonly payload: Uint8Array;

  constructor(schema: Desc, payload: Uint8Array) {
    this.schema = schema;
    this.payload = payload;
  }

  /**
   * This message with the fields of another one after it: encodings can be joined, and of a field
   * that both have, the later value counts. Lists and maps grow.
   */
  with(fields: MessageInitShape<Desc>): EncodedMessage<Desc> {
    const more = toBinary(this.schema, create(this.schema, fields));
    const joined = new Uint8Array(this.payload.length + more.length);
    joined.set(this.payload);
    joined.set(more, this.payload.length);
    return new EncodedMessage(this.schema, joined);
  }
}

/** Encodes a message once, to send it often. */
export function encodeMessage<Desc extends DescMessage>(
  schema: Desc,
  message: MessageInitShape<Desc>,
): EncodedMessage<Desc> {
  return new EncodedMessage(schema, toBinary(schema, create(schema, message)));
}
