import { ReleaseRegisteredContract, StubsPublishedContract } from "@charter/registry/v1";
import { publish } from "@charter-nats/runtime";
import type { NatsConnection } from "@nats-io/transport-node";
import { limits } from "../../core/limits.ts";
import { within } from "../jobs/within.ts";
import type { Announcer } from "../ports.ts";

/** Publishes the registry's own events, through its own stubs. */
export function createAnnouncer(nc: NatsConnection): Announcer {
  return {
    async announce(event) {
      const [owner = "", name = ""] = event.module.split("/");
      if (event.kind === "registered") {
        const { semver, digest } = event;
        await publish(nc, ReleaseRegisteredContract, { owner, name, semver, digest });
      } else {
        const { semver, npmPackage, integrity } = event;
        await publish(nc, StubsPublishedContract, { owner, name, semver, npmPackage, integrity });
      }
      // Only after the server has answered a ping has it read what was published before.
      if ((await within(limits.natsMs, nc.flush())) === "too late") {
        throw new Error(`NATS did not confirm an announcement within ${limits.natsMs} ms`);
      }
    },
  };
}
