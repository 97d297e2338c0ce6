import { randomBytes } from "node:crypto";
import {
  AuthServiceContract,
  type RevocationReason,
  SessionRevokedContract,
  SessionStatus,
} from "@bodybroker/auth/v1";
import { type Duration, durationMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  CharterError,
  type Connection,
  publish,
  type RunningService,
  type ServeOptions,
  serve,
} from "@charter-nats/runtime";
import { createRateLimits } from "./rate-limits.ts";
import { createSessions, type OpenSession } from "./sessions.ts";

/** How long a session holds when nobody says. */
const usualLifetimeMs = 3_600_000;
/** How long an event is tried to be handed to its stream. */
const eventDeadlineMs = 2000;

const statuses = {
  active: SessionStatus.ACTIVE,
  expired: SessionStatus.EXPIRED,
  revoked: SessionStatus.REVOKED,
  unknown: SessionStatus.UNKNOWN,
} as const;

export interface AuthOptions extends Pick<ServeOptions, "onError"> {
  /** Milliseconds since 1970; the clock of the machine without it. */
  readonly now?: () => number;
}

/** Serves sessions and rate limits as their contract describes them, in memory. */
export function startReference(
  nc: Connection,
  { onError = () => {}, now = Date.now }: AuthOptions = {},
): Promise<RunningService> {
  const sessions = createSessions(now, () => randomBytes(24).toString("base64url"));
  const limits = createRateLimits(now);

  function announce({ sessionId, userId }: OpenSession, reason: RevocationReason): void {
    const event = { sessionId, userId, reason, occurredAt: timestampFromMs(now()) };
    const options = { id: sessionId, deadlineMs: eventDeadlineMs };
    publish(nc, SessionRevokedContract, event, options).catch((error: unknown) =>
      onError(error, SessionRevokedContract.subject.text),
    );
  }

  return serve(
    nc,
    AuthServiceContract,
    {
      createSession({ userId, timeToLive }) {
        const opened = sessions.open(userId, lifetimeOf(timeToLive));
        if (opened === null) throw new CharterError("resource_exhausted", "too many sessions");
        return { sessionToken: opened.token, session: sessionOf(opened.session) };
      },
      validateSession({ sessionToken }) {
        const { status, session } = sessions.stateOf(sessionToken);
        const found = session === null ? {} : { session: sessionOf(session) };
        return { status: statuses[status], ...found };
      },
      revokeSession({ sessionId, reason }) {
        const revoked = sessions.revoke(sessionId);
        if (revoked !== null) announce(revoked, reason);
        return { wasActive: revoked !== null };
      },
      checkRateLimit({ userId, resource, action, cost }) {
        const name = JSON.stringify([userId, resource, action]);
        const { allowed, remaining, resetsAtMs } = limits.check(name, cost);
        return { allowed, remaining, resetsAt: timestampFromMs(resetsAtMs) };
      },
    },
    { onError, evidence: "reference" },
  );
}

function lifetimeOf(timeToLive: Duration | undefined): number {
  return timeToLive === undefined ? usualLifetimeMs : durationMs(timeToLive);
}

function sessionOf({ sessionId, userId, createdAtMs, expiresAtMs }: OpenSession) {
  const [createdAt, expiresAt] = [timestampFromMs(createdAtMs), timestampFromMs(expiresAtMs)];
  return { sessionId, userId, createdAt, expiresAt };
}
