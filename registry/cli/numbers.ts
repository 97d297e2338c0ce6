import { InvalidArgumentError } from "commander";

/** Reads a whole number within bounds. */
export function integer(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** Reads a share, from 0 to 1. */
export function share(text: string): number {
  const value = Number(text);
  if (/^(?:0|1|0?\.\d{1,6}|1\.0+)$/.test(text) && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("It must be a number from 0 to 1, such as 0.2.");
}
