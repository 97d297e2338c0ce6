import { AuthServiceContract, SessionRevokedContract, SessionStatus } from "@bodybroker/auth/v1";
import {
  PaymentCompletedContract,
  PaymentKind,
  PaymentServiceContract,
} from "@bodybroker/payment/v1";
import type { DescMessage } from "@bufbuild/protobuf";
import {
  type Connection,
  createClient,
  type EventContract,
  replay,
  type StreamPolicy,
} from "@charter-nats/runtime";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import { exitCodeOf } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import { provideStreams } from "../testing/streams.ts";
import { workspaceContracts } from "../testing/workspace.ts";
import { startReference as startAuth } from "./auth.ts";
import { startReference as startPayment } from "./payment.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let contracts: readonly ContractUnderTest[];

beforeEach(async () => {
  server = await startNatsServer({ jetstream: true });
  nc = await connect({ servers: server.url });
  contracts ??= await workspaceContracts();
});

afterEach(async () => {
  await nc.close();
  await server.stop();
});

const of = (module: string) => contracts.filter((each) => each.module === module);

/** The events that a stream keeps. */
async function kept(
  contract: EventContract<DescMessage, unknown, StreamPolicy>,
): Promise<unknown[]> {
  const events: unknown[] = [];
  const read = await replay(nc, contract, {});
  for await (const { message, context } of read) {
    events.push(message);
    if (context.remaining === 0) break;
  }
  return events;
}

/** Sessions that were never opened are never revoked, which random requests do not change. */
async function endSessions(connection: Connection): Promise<void> {
  const client = createClient(AuthServiceContract, connection);
  const meta = { requestId: "r1" };
  for (let session = 0; session < 5; session += 1) {
    const opened = await client.createSession({ meta, userId: `u${session}` });
    await client.revokeSession({ meta, sessionId: opened.session?.sessionId ?? "", reason: 1 });
  }
}

describe.each([
  ["bodybroker/payment", startPayment, async () => {}],
  ["bodybroker/auth", startAuth, endSessions],
] as const)("the reference service of %s", (module, start, prepare) => {
  it("keeps its contract, and its events follow from its answers", async () => {
    await provideStreams(nc, of(module));
    const service = await start(nc);
    await prepare(nc);
    const report = await runContracts(nc, of(module), { seed: 3 });
    await service.stop();
    const laws = report.modules.flatMap(({ bindings }) =>
      bindings.flatMap(({ element, laws }) => laws.map((law) => ({ element, ...law }))),
    );
    const bad = laws.filter(({ verdict }) => verdict !== "pass" && verdict !== "skipped");
    expect(bad).toEqual([]);
    expect(report.totals.evidence).toMatchObject({ mock: 0 });
    expect(exitCodeOf(report)).toBe(0);
  });
});

describe("payment", () => {
  const money = { currency: "EUR", minorUnits: 500n };
  const request = (idempotencyKey: string, fields: object = {}) => ({
    meta: { requestId: crypto.randomUUID(), idempotencyKey },
    playerId: "p1",
    amount: money,
    itemId: "sword",
    ...fields,
  });

  it("books a payment once for a key, and refuses another body under it", async () => {
    await provideStreams(nc, of("bodybroker/payment"));
    const service = await startPayment(nc);
    const client = createClient(PaymentServiceContract, nc);
    const first = await client.processPayment(request("k1"));
    expect(await client.processPayment(request("k1"))).toEqual(first);
    await expect(client.processPayment(request("k1", { itemId: "bow" }))).rejects.toMatchObject({
      code: "already_exists",
    });
    // Another tenant has keys of its own.
    const meta = { requestId: "r", idempotencyKey: "k1", tenantId: "t2" };
    const other = await client.processPayment(request("k1", { meta }));
    expect(other.transactionId).not.toBe(first.transactionId);

    const refund = (key: string, reason = "broken") =>
      client.refundPayment({
        meta: { requestId: crypto.randomUUID(), idempotencyKey: key },
        transactionId: first.transactionId,
        amount: { currency: "EUR", minorUnits: 200n },
        reason,
      });
    const refunded = await refund("k1");
    expect(await refund("k1")).toEqual(refunded);
    await expect(refund("k1", "other")).rejects.toMatchObject({ code: "already_exists" });
    await refund("k2");
    await expect(refund("k3")).rejects.toMatchObject({ code: "failed_precondition" });
    await service.stop();
    const events = await kept(PaymentCompletedContract);
    expect(events).toMatchObject([
      { kind: PaymentKind.PURCHASE, transactionId: first.transactionId },
      { kind: PaymentKind.PURCHASE, transactionId: other.transactionId },
      {
        kind: PaymentKind.REFUND,
        transactionId: first.transactionId,
        amount: { minorUnits: 200n },
      },
      { kind: PaymentKind.REFUND },
    ]);
  });

  it("says of a payment that would not go through what stands against it", async () => {
    const service = await startPayment(nc);
    const client = createClient(PaymentServiceContract, nc);
    const everything = { currency: "EUR", minorUnits: 1_000_000_000_000n };
    expect(await client.validatePayment(request("", { amount: everything }))).toMatchObject({
      valid: true,
      obstacles: [],
    });
    await client.processPayment(request("k1"));
    expect(await client.validatePayment(request("", { amount: everything }))).toMatchObject({
      valid: false,
      obstacles: [1],
    });
    await service.stop();
  });
});

describe("auth", () => {
  it("lets a session hold until its time is over, or somebody ends it", async () => {
    await provideStreams(nc, of("bodybroker/auth"));
    let now = Date.now();
    const service = await startAuth(nc, { now: () => now });
    const client = createClient(AuthServiceContract, nc);
    const meta = { requestId: "r1" };
    const open = () => client.createSession({ meta, userId: "u1", timeToLive: { seconds: 60n } });
    const statusOf = async (sessionToken: string) =>
      (await client.validateSession({ meta, sessionToken })).status;
    const [first, second] = [await open(), await open()];
    expect(await client.validateSession({ meta, sessionToken: first.sessionToken })).toMatchObject({
      status: SessionStatus.ACTIVE,
      session: { userId: "u1", sessionId: first.session?.sessionId },
    });
    const sessionId = first.session?.sessionId ?? "";
    const revoke = () => client.revokeSession({ meta, sessionId, reason: 1 });
    expect((await revoke()).wasActive).toBe(true);
    expect((await revoke()).wasActive).toBe(false);
    expect(await statusOf(first.sessionToken)).toBe(SessionStatus.REVOKED);
    now += 60_000;
    expect(await statusOf(second.sessionToken)).toBe(SessionStatus.EXPIRED);
    expect(await statusOf("no such token at all")).toBe(SessionStatus.UNKNOWN);
    await service.stop();
    expect(await kept(SessionRevokedContract)).toMatchObject([{ sessionId, userId: "u1" }]);
  });
});
