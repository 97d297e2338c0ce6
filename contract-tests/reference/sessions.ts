/** One login. Times are milliseconds since 1970. */
export interface OpenSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export type SessionState =
  | { readonly status: "active"; readonly session: OpenSession }
  | { readonly status: "expired" | "revoked" | "unknown"; readonly session: null };

/** Who is logged in, in memory. */
export interface Sessions {
  /** Null when no more can be held. */
  open(userId: string, lifetimeMs: number): { token: string; session: OpenSession } | null;
  stateOf(token: string): SessionState;
  /** Ends a session. The session when it was active until now, else null. */
  revoke(sessionId: string): OpenSession | null;
}

/** What a process of a test can hold. */
const mostSessions = 100_000;

/**
 * @param now milliseconds since 1970; never goes back
 * @param newSecret a text that nobody can guess, with 16 characters at least
 */
export function createSessions(now: () => number, newSecret: () => string): Sessions {
  const byToken = new Map<string, { readonly session: OpenSession; isRevoked: boolean }>();
  const tokens = new Map<string, string>();

  function forgetExpired(): void {
    for (const [token, { session }] of byToken) {
      if (session.expiresAtMs > now()) continue;
      byToken.delete(token);
      tokens.delete(session.sessionId);
    }
  }

  function stateOf(token: string): SessionState {
    const held = byToken.get(token);
    if (held === undefined) return { status: "unknown", session: null };
    if (held.isRevoked) return { status: "revoked", session: null };
    // At its very end a session holds no more.
    if (held.session.expiresAtMs <= now()) return { status: "expired", session: null };
    return { status: "active", session: held.session };
  }

  return {
    stateOf,
    open(userId, lifetimeMs) {
      if (byToken.size >= mostSessions) forgetExpired();
      if (byToken.size >= mostSessions) return null;
      const [token, sessionId] = [newSecret(), newSecret()];
      const createdAtMs = now();
      const session = { sessionId, userId, createdAtMs, expiresAtMs: createdAtMs + lifetimeMs };
      byToken.set(token, { session, isRevoked: false });
      tokens.set(sessionId, token);
      return { token, session };
    },
    revoke(sessionId) {
      const token = tokens.get(sessionId) ?? "";
      const held = byToken.get(token);
      const { session } = stateOf(token);
      if (held !== undefined) held.isRevoked = true;
      return session;
    },
  };
}
