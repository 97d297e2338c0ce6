import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningVerdaccio, startVerdaccio } from "../../../ci/verdaccio.ts";
import { commonModule, eventModule, ordersModule } from "../testing/protos.ts";
import { startTestRegistry } from "../testing/test-registry.ts";
import type { Edges } from "../wire.ts";

let dataDir: string;
let npm: RunningVerdaccio;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "charter-publish-"));
  npm = await startVerdaccio({ dataDir, port: 0, uplink: null });
});
afterAll(async () => {
  await npm.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Refuses the publications of a package for as long as it is told to. */
function refusing(name: string, order: string[]) {
  const state = { refuses: true };
  const intercept = (edges: Edges): Edges => ({
    ...edges,
    packages: edges.packages && {
      ...edges.packages,
      async publish(pkg) {
        if (state.refuses && pkg.name === name) throw new Error("the disk is full");
        order.push(pkg.name);
        return edges.packages?.publish(pkg) ?? "present";
      },
    },
  });
  return { state, intercept };
}

describe("publishStubs", () => {
  it("publishes dependencies first; what depends on a failed one waits, others do not", async () => {
    const order: string[] = [];
    const { state, intercept } = refusing("@acme/common", order);
    const registry = await startTestRegistry({ npm, intercept });
    try {
      await registry.push(ordersModule(), commonModule(), eventModule("alone"));
      const { publications } = await registry.client.publish();
      expect(publications.map(({ name, state: now, error }) => [name, now, error])).toEqual(
        expect.arrayContaining([
          ["@acme/common", "failed", "the disk is full"],
          ["@acme/orders", "failed", expect.stringContaining("waits for @acme/common@1.0.0")],
        ]),
      );
      expect(order).toEqual(["@acme/alone"]);

      // The worker tries again by itself.
      state.refuses = false;
      await expect
        .poll(async () => (await registry.client.release("acme/orders", "1.0.0")).package.state, {
          timeout: 30_000,
        })
        .toBe("published");
      expect(order).toEqual(["@acme/alone", "@acme/common", "@acme/orders"]);
      expect((await registry.client.publish()).publications).toEqual([]);
      const { package: stub } = await registry.client.release("acme/orders", "1.0.0");
      const packument = (await (await fetch(new URL("@acme%2forders", npm.url))).json()) as {
        versions: Record<string, { dist: { integrity: string } }>;
      };
      expect(packument.versions["1.0.0"]?.dist.integrity).toBe(stub.integrity);
    } finally {
      await registry.stop();
    }
  });
});

describe("noteNoNpmRegistry", () => {
  it("says at once why a package waits", async () => {
    const registry = await startTestRegistry({});
    try {
      await registry.push(commonModule());
      const { publications } = await registry.client.publish();
      expect(publications).toEqual([
        {
          name: "@acme/common",
          version: "1.0.0",
          state: "pending",
          error: expect.stringContaining("CHARTER_NPM_URL"),
        },
      ]);
    } finally {
      await registry.stop();
    }
  });
});
