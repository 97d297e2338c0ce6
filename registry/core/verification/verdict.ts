/** What a contract test says of a law, the gravest first but for the last two. */
export const lawVerdicts = [
  "fail",
  "flaky",
  "stale-known-failing",
  "schema-bug",
  "inconclusive",
  "known-failing",
  "pass",
  "skipped",
] as const;
export type LawVerdict = (typeof lawVerdicts)[number];

/** What a subject's laws say together. */
export type SubjectVerdict = Exclude<LawVerdict, "skipped">;

/** The gravest decides. Where all laws were skipped, or there are none, is no evidence. */
export function gravestOf(verdicts: readonly LawVerdict[]): SubjectVerdict {
  const decides = lawVerdicts.find((each) => each !== "skipped" && verdicts.includes(each));
  return decides === undefined || decides === "skipped" ? "inconclusive" : decides;
}

/** Whether a build with this verdict does not do what its contract says. */
export function isBroken(verdict: LawVerdict): boolean {
  return verdict === "fail" || verdict === "flaky" || verdict === "stale-known-failing";
}
