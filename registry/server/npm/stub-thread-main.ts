/** What runs in the thread of `startStubThread`: packs one package for each message. */
import { parentPort } from "node:worker_threads";
import type { StubPackageInput } from "../../../codegen/generator/stub-package.ts";
import { packStub } from "./pack-stub.ts";
import type { ThreadAnswer } from "./stub-thread.ts";

parentPort?.on("message", async ({ id, input }: { id: number; input: StubPackageInput }) => {
  const answer = await packStub(input).then(
    (packed): ThreadAnswer => ({ id, packed }),
    (error: unknown): ThreadAnswer => ({ id, error: String(error) }),
  );
  parentPort?.postMessage(answer);
});
