import type { DescEnum, DescMessage } from "@bufbuild/protobuf";

/**
 * The number after all that a type uses, reserves or leaves to extensions, in any of its revisions;
 * null when there is none.
 *
 * @param isTaken whether a number is not free for another reason
 */
export function freeNumber(
  revisions: readonly (DescMessage | DescEnum)[],
  isTaken: (number: number) => boolean = () => false,
): number | null {
  const greatest = Math.max(0, ...revisions.flatMap(numbersOf));
  const isField = revisions.some((type) => type.kind === "message");
  const limit = isField ? greatestFieldNumber : greatestValue;
  for (let number = greatest + 1; number <= limit; number++) {
    if (isField && number >= protobufsOwn.first && number <= protobufsOwn.last) {
      number = protobufsOwn.last;
    } else if (!isTaken(number)) return number;
  }
  return null;
}

const greatestFieldNumber = 2 ** 29 - 1;
const greatestValue = 2 ** 31 - 1;
/** protobuf keeps them for itself. */
const protobufsOwn = { first: 19_000, last: 19_999 };

/** A message's ranges leave their end out, an enum's do not. */
function numbersOf(type: DescMessage | DescEnum): number[] {
  if (type.kind === "enum") {
    const { value, reservedRange } = type.proto;
    return [...value.map((each) => each.number), ...reservedRange.map((range) => range.end)];
  }
  const { field, reservedRange, extensionRange } = type.proto;
  return [
    ...field.map((each) => each.number),
    ...[...reservedRange, ...extensionRange].map((range) => range.end - 1),
  ];
}
