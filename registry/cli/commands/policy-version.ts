import { CommandFailure } from "../command-failure.ts";

/** The version of the policy that an argument names; undefined without one. */
export function versionNumber(text: string | undefined): number | undefined {
  if (text === undefined || /^[0-9]{1,9}$/.test(text)) {
    return text === undefined ? undefined : Number(text);
  }
  throw new CommandFailure(
    "usage",
    `"${text}" is no version of the policy. Expected a number, as \`charter policy list\` shows them.`,
  );
}
