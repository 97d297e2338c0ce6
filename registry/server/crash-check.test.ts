import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRegistryClient, UnreachableError } from "../api/client.ts";
import { dumpDatabase } from "./testing/dump.ts";
import { eventModule } from "./testing/protos.ts";
import { startServerProcess } from "./testing/server-process.ts";

const crashMain = join(import.meta.dirname, "testing/crash-main.ts");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "charter-crash-check-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const environment = () => ({ CHARTER_DATA: join(folder, "data"), CHARTER_LOG_LEVEL: "fatal" });

function proposalOf(fields: string) {
  const { name, files } = eventModule("checked", fields);
  return { modules: [{ name, files: [...files] }] };
}

it.each(["while a check is judged", "after a check's report is saved, before it is answered"])(
  "a registry that is killed %s holds what it held, and answers the check the next time",
  async (point) => {
    const first = await startServerProcess(environment());
    await createRegistryClient({ url: first.url }).register(proposalOf(""));
    first.child.kill("SIGTERM");
    await first.ended;
    const before = dumpDatabase(environment().CHARTER_DATA);

    const server = await startServerProcess({ ...environment(), CRASH_AT: point }, crashMain);
    const check = createRegistryClient({ url: server.url }).check(proposalOf("string note = 2;"));
    await expect(check).rejects.toThrow(UnreachableError);
    expect(await server.ended).toBe("SIGKILL");
    expect(dumpDatabase(environment().CHARTER_DATA)).toEqual(before);

    const again = await startServerProcess(environment());
    const report = await createRegistryClient({ url: again.url }).check(
      proposalOf("string note = 2;"),
    );
    expect(report).toMatchObject({ verdict: "accepted", modules: [{ semver: "1.1.0" }] });
    again.child.kill("SIGTERM");
    expect(await again.ended).toBe(0);
  },
);
