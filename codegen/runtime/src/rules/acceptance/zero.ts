import { ScalarType } from "@bufbuild/protobuf";
import type { Check, ValueType } from "./check.ts";

/** Whether a scalar or enum has the value that a field without presence has when it is not set. */
export function zeroTest(type: ValueType): Check {
  const first = type.enum?.values[0]?.number;
  if (first !== undefined) return (value) => value === first;
  switch (type.scalar) {
    case ScalarType.STRING:
      return (value) => value === "";
    case ScalarType.BOOL:
      return (value) => value === false;
    case ScalarType.BYTES:
      return (value) => (value as Uint8Array).length === 0;
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      // -0 is sent, so it counts as set.
      return (value) => Object.is(value, 0);
    default:
      // 0, 0n and "0", as 64-bit integers can be any of them.
      return (value) => Number(value) === 0;
  }
}
