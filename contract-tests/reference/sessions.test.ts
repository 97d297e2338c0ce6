import { describe, expect, it } from "vitest";
import { createRateLimits } from "./rate-limits.ts";
import { createSessions } from "./sessions.ts";

/** A clock that stands still until it is moved. */
function clock(startMs: number) {
  let at = startMs;
  return {
    now: () => at,
    advance: (ms: number) => {
      at += ms;
    },
  };
}

function setUp() {
  const time = clock(1_000_000);
  let secrets = 0;
  const sessions = createSessions(time.now, () => `secret-${secrets++}`);
  const opened = sessions.open("u1", 60_000);
  if (opened === null) throw new Error("there is room for a session");
  return { time, sessions, ...opened };
}

describe("a session", () => {
  it("holds until its very end", () => {
    const { time, sessions, token, session } = setUp();
    expect(session).toMatchObject({ userId: "u1", createdAtMs: 1_000_000, expiresAtMs: 1_060_000 });
    time.advance(59_999);
    expect(sessions.stateOf(token)).toEqual({ status: "active", session });
    time.advance(1);
    expect(sessions.stateOf(token)).toEqual({ status: "expired", session: null });
  });

  it("is opened by its token, and never by its id", () => {
    const { sessions, token, session } = setUp();
    expect(session.sessionId).not.toBe(token);
    expect(sessions.stateOf(session.sessionId).status).toBe("unknown");
  });

  it("ends once, and ending it again changes nothing", () => {
    const { time, sessions, token, session } = setUp();
    expect(sessions.revoke(session.sessionId)).toEqual(session);
    expect(sessions.stateOf(token).status).toBe("revoked");
    expect(sessions.revoke(session.sessionId)).toBeNull();
    time.advance(60_000);
    expect(sessions.stateOf(token).status).toBe("revoked");
  });

  it("that is over or unknown was not active", () => {
    const { time, sessions, session } = setUp();
    time.advance(60_000);
    expect(sessions.revoke(session.sessionId)).toBeNull();
    expect(sessions.revoke("gone")).toBeNull();
  });
});

describe("a rate limit", () => {
  it("counts what is allowed until its window is over", () => {
    const time = clock(0);
    const limits = createRateLimits(time.now);
    expect(limits.check("a", 600)).toEqual({ allowed: true, remaining: 400, resetsAtMs: 60_000 });
    time.advance(1000);
    expect(limits.check("a", 401)).toEqual({ allowed: false, remaining: 400, resetsAtMs: 60_000 });
    expect(limits.check("a", 400)).toMatchObject({ allowed: true, remaining: 0 });
    expect(limits.check("b", 1000)).toMatchObject({ allowed: true, remaining: 0 });
    time.advance(59_000);
    expect(limits.check("a", 1)).toEqual({ allowed: true, remaining: 999, resetsAtMs: 120_000 });
  });

  it("is only asked with a cost of 0", () => {
    const limits = createRateLimits(() => 0);
    limits.check("a", 1000);
    expect(limits.check("a", 0)).toMatchObject({ allowed: true, remaining: 0 });
    expect(limits.check("a", 1)).toMatchObject({ allowed: false });
  });
});
