import { styleText } from "node:util";
import type { FailureDetail } from "../../runner/report.ts";

export interface Render {
  readonly color: boolean;
  /** Shows the timed exchange of each smallest case. */
  readonly trace?: boolean;
  /** What too little evidence is; see `exitCodeOf`. */
  readonly inconclusive?: "fail" | "pass";
  /** The text of a contract's line, or null where it is not at hand. */
  protoLine?(module: string, place: FailureDetail["place"]): string | null;
}

export type Look = "bold" | "dim" | "red" | "green" | "yellow";
export type Paint = (text: string, ...looks: Look[]) => string;

export function painter(color: boolean): Paint {
  return (text, ...looks) =>
    color && looks.length > 0 ? styleText(looks, text, { validateStream: false }) : text;
}

/** What could steer a terminal: error texts come from the service under test. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const steering = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** A message of a mebibyte helps nobody on a terminal; the JSON report has all that is kept. */
const longestLine = 5000;

/** A text on one line, without anything that could steer the terminal. */
export function plainText(text: string): string {
  const line = text.length > longestLine ? `${text.slice(0, longestLine)} …` : text;
  return line.replace(steering, "\ufffd");
}
