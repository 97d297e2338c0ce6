/** One version of a subject's contract, and the release that brought it. */
export interface SubjectVersion {
  readonly pattern: string;
  /** Counted from 1. */
  readonly version: number;
  readonly module: string;
  readonly semver: string;
  readonly releaseId: number;
  readonly messageType: string;
  readonly replyType: string | null;
}
