/**
 * What no report shows: control characters but tab and line feed, what turns the direction of text
 * around, and what XML 1.0 has no form for. Texts come from the service under test.
 */
const unshowable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;

/** The first `limit` UTF-16 units of a text, and what says how much was cut off. */
export function plainText(text: string, limit: number): string {
  const rest = text.length <= limit ? "" : ` … ${text.length - limit} characters more`;
  return text.slice(0, limit).toWellFormed().replace(unshowable, "\ufffd") + rest;
}

/** As `plainText`, on one line. */
export function plainLine(text: string, limit: number): string {
  const rest = text.length <= limit ? "" : ` … ${text.length - limit} characters more`;
  return plainText(text.slice(0, limit).replace(/[\t\n\r]+/g, " "), limit) + rest;
}
