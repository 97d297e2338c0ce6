import {
  ReleaseRegisteredContract,
  StubsPublishedContract,
  VerificationEvidence,
  VerificationRecordedContract,
  VerificationVerdict,
} from "@charter/registry/v1";
import { publish } from "@charter-nats/runtime";
import type { NatsConnection } from "@nats-io/transport-node";
import { limits } from "../../core/limits.ts";
import { within } from "../jobs/within.ts";
import type { Announcement, Announcer } from "../ports.ts";

/** Publishes the registry's own events, through its own stubs. */
export function createAnnouncer(nc: NatsConnection): Announcer {
  return {
    async announce(event) {
      await send(nc, event);
      // Only after the server has answered a ping has it read what was published before.
      if ((await within(limits.natsMs, nc.flush())) === "too late") {
        throw new Error(`NATS did not confirm an announcement within ${limits.natsMs} ms`);
      }
    },
  };
}

async function send(nc: NatsConnection, event: Announcement): Promise<void> {
  const [owner = "", name = ""] = event.module.split("/");
  switch (event.kind) {
    case "registered": {
      const { semver, digest } = event;
      await publish(nc, ReleaseRegisteredContract, { owner, name, semver, digest });
      return;
    }
    case "published": {
      const { semver, npmPackage, integrity } = event;
      await publish(nc, StubsPublishedContract, { owner, name, semver, npmPackage, integrity });
      return;
    }
    case "verified": {
      const { kind: _kind, module: _module, ...told } = event;
      const verdict = verdicts[event.verdict];
      const evidence = evidences[event.evidence];
      await publish(nc, VerificationRecordedContract, { ...told, owner, name, verdict, evidence });
    }
  }
}

type Verified = Extract<Announcement, { kind: "verified" }>;

const verdicts: Readonly<Record<Verified["verdict"], VerificationVerdict>> = {
  pass: VerificationVerdict.PASS,
  fail: VerificationVerdict.FAIL,
  flaky: VerificationVerdict.FLAKY,
  "known-failing": VerificationVerdict.KNOWN_FAILING,
  "stale-known-failing": VerificationVerdict.STALE_KNOWN_FAILING,
  "schema-bug": VerificationVerdict.SCHEMA_BUG,
  inconclusive: VerificationVerdict.INCONCLUSIVE,
};

const evidences: Readonly<Record<Verified["evidence"], VerificationEvidence>> = {
  real: VerificationEvidence.REAL,
  reference: VerificationEvidence.REFERENCE,
  mock: VerificationEvidence.MOCK,
};
