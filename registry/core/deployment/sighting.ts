import type { Evidence } from "./deployment.ts";

/** One endpoint of one instance, as it tells about itself. Everything in it is only a claim. */
export interface SeenEndpoint {
  readonly participant: string;
  readonly build: string | null;
  readonly instance: string;
  /** A subject that may have `*` and `>`. */
  readonly subject: string;
  readonly module: string | null;
  readonly semver: string | null;
  readonly digest: string | null;
  readonly evidence: Evidence;
}

/** A consumer of a JetStream stream. */
export interface SeenConsumer {
  /** Its durable name; for those without one, the stream's name and `ephemeral`. */
  readonly participant: string;
  /** What the stream keeps, as NATS filters. */
  readonly streamSubjects: readonly string[];
  /** What the consumer wants of it; empty for all. */
  readonly filters: readonly string[];
  /** Whether somebody reads from it now. */
  readonly isRead: boolean;
}

/** One of the two things that a look at an environment asks for. */
export interface Seen<T> {
  readonly found: readonly T[];
  /** Why there may be more than was found, or null when this is all. */
  readonly problem: string | null;
}

/** What one look at an environment saw. */
export interface Sighting {
  readonly endpoints: Seen<SeenEndpoint>;
  readonly consumers: Seen<SeenConsumer>;
  /** Answers that were left out, each with why: at most a few. */
  readonly skipped: readonly string[];
}
