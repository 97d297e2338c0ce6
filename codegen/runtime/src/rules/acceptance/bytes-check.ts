import {
  type BytesRules,
  BytesRulesSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { type Check, every, namesOf, UnknownRule } from "./check.ts";

/** Bytes that keep their rules. Throws `UnknownRule`. */
export function bytesCheck(rules: BytesRules): Check<Uint8Array> | null {
  return every(namesOf(rules, BytesRulesSchema).map((name) => bytesRule(rules, name)));
}

function bytesRule(rules: BytesRules, name: string): Check<Uint8Array> | null {
  switch (name) {
    case "const": {
      const wanted = rules.const;
      return (bytes) => isSame(bytes, wanted);
    }
    case "len": {
      const length = Number(rules.len);
      return (bytes) => bytes.length === length;
    }
    case "minLen": {
      const min = Number(rules.minLen);
      return (bytes) => bytes.length >= min;
    }
    case "maxLen": {
      const max = Number(rules.maxLen);
      return (bytes) => bytes.length <= max;
    }
    case "prefix": {
      const prefix = rules.prefix;
      return (bytes) => isPartAt(bytes, prefix, 0);
    }
    case "suffix": {
      const suffix = rules.suffix;
      return (bytes) => isPartAt(bytes, suffix, bytes.length - suffix.length);
    }
    case "in": {
      const listed = rules.in;
      return (bytes) => listed.some((each) => isSame(bytes, each));
    }
    case "notIn": {
      const barred = rules.notIn;
      return (bytes) => !barred.some((each) => isSame(bytes, each));
    }
    case "ip":
    case "ipv4":
    case "ipv6":
    case "uuid":
      return sizeRule(rules, sizes[name]);
    case "example":
      return null;
    default:
      throw new UnknownRule();
  }
}

/** The bytes that each form has. */
const sizes = { ip: [4, 16], ipv4: [4], ipv6: [16], uuid: [16] } as const;

function sizeRule(rules: BytesRules, allowed: readonly number[]): Check<Uint8Array> | null {
  return rules.wellKnown.value === true ? (bytes) => allowed.includes(bytes.length) : null;
}

export function isSame(bytes: Uint8Array, other: Uint8Array): boolean {
  return bytes.length === other.length && isPartAt(bytes, other, 0);
}

function isPartAt(bytes: Uint8Array, part: Uint8Array, from: number): boolean {
  for (let i = 0; i < part.length; i++) if (bytes[from + i] !== part[i]) return false;
  return true;
}
