import { SubjectLookupServiceContract } from "@charter/registry/v1";
import { serve } from "@charter-nats/runtime";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { moduleOf, proto } from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";

/** `acme/trip`: v1, and v2 beside it or alone. */
function trips(...versions: string[]) {
  const text = (version: string) =>
    proto(
      `acme.trip.${version}`,
      `service TripService {
  option (charter.nats.v1.service) = {queue_group: "q.trip"};
  rpc Plan(PlanRequest) returns (PlanResponse) {
    option (charter.nats.v1.request) = {subject: "acme.trip.plan.${version}"};
  }
}
message PlanRequest { string id = 1; }
message PlanResponse { string id = 1; }`,
    );
  return moduleOf(
    "acme/trip",
    Object.fromEntries(versions.map((each) => [`acme/trip/${each}/trip.proto`, text(each)])),
  );
}

let nats: RunningNatsServer;
let nc: NatsConnection;
let registry: TestRegistry;

beforeAll(async () => {
  nats = await startNatsServer({ jetstream: true });
  nc = await connect({ servers: nats.url });
  registry = await startTestRegistry({ watch: { prod: nats } });
});
afterAll(async () => {
  await registry.stop();
  await nc.close();
  await nats.stop();
});

/** A live service of a real stub, as one of v1 is. */
function serveV1(release: { module: string; semver: string; digest: string }) {
  const { resolveSubject } = SubjectLookupServiceContract.methods;
  const contract = {
    ...SubjectLookupServiceContract,
    typeName: "acme.trip.v1.TripService",
    release,
    methods: {
      resolveSubject: {
        ...resolveSubject,
        subject: { ...resolveSubject.subject, wildcard: "acme.trip.plan.v1" },
      },
    },
  };
  return serve(nc, contract, { resolveSubject: () => ({}) });
}

const users = async () =>
  (await registry.client.retirements()).retirements.flatMap((each) =>
    each.users.map((user) => `${user.participant} ${user.role} in ${user.environment}`),
  );

it("v1 stays while a live service is seen to serve it, and goes once that is gone and the day has come", async () => {
  const { releases } = await registry.push(trips("v1"));
  const [first] = releases;
  if (first === undefined) throw new Error("nothing was registered");
  await registry.push(trips("v1", "v2"));
  const sunset = new Date().toISOString().slice(0, 10);
  const end = { module: "acme/trip", sunset, reason: "v2 is there" };
  await registry.client.retire("acme.trip.v1", end);

  const service = await serveV1({ module: "acme/trip", semver: "1.0.0", digest: first.digest });
  await vi.waitFor(
    async () => expect(await users()).toEqual(["acme-trip-v1-TripService serves in prod"]),
    { timeout: 30_000 },
  );
  const refusal = await registry.refusal(trips("v2"));
  const messages = refusal.report?.modules.flatMap((each) => each.findings.map((f) => f.message));
  expect(messages?.join("\n")).toContain(
    "must stay: acme-trip-v1-TripService serves it in prod with 1.0.0.",
  );

  await service.stop();
  await vi.waitFor(async () => expect(await users()).toEqual([]), { timeout: 30_000 });
  const { report } = await registry.push(trips("v2"));
  expect(report.modules).toMatchObject([{ verdict: "accepted", semver: "2.0.0" }]);
}, 90_000);
