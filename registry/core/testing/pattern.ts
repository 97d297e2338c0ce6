import { parsePattern, type SubjectPattern } from "../subject/pattern.ts";

/** The pattern that a text of a test is. */
export function pattern(text: string): SubjectPattern {
  const result = parsePattern(text);
  if (!result.ok) throw new Error(`${text}: ${result.reason}`);
  return result.pattern;
}
