import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { createProgress } from "./progress.ts";

async function shown(work: (stream: PassThrough) => Promise<void>): Promise<string> {
  const stream = new PassThrough();
  await work(stream);
  stream.end();
  return (await text(stream)).replace(/\d+\.\d s/g, "TIME");
}

it("createProgress writes one line a step off a terminal, with the last note", async () => {
  const lines = await shown(async (stream) => {
    const progress = createProgress(stream);
    const result = await progress.step("registry", async (note) => {
      note("starting");
      note("http://127.0.0.1:4280");
      return 42;
    });
    expect(result).toBe(42);
    await progress.step("proof", async () => {});
  });
  expect(lines).toBe("✓ registry http://127.0.0.1:4280 TIME\n✓ proof TIME\n");
});

it("createProgress marks a step that fails, and passes its error on", async () => {
  const lines = await shown(async (stream) => {
    const failing = createProgress(stream).step("registry", async () => {
      throw new Error("no port");
    });
    await expect(failing).rejects.toThrow("no port");
  });
  expect(lines).toBe("✗ registry TIME\n");
});

it("createProgress marks a step that says itself that it failed", async () => {
  const lines = await shown(async (stream) => {
    await createProgress(stream).step("proof", async (note, markFailed) => {
      note("no finding");
      markFailed();
    });
  });
  expect(lines).toBe("✗ proof no finding TIME\n");
});

it("createProgress draws a step again and again on a terminal", async () => {
  const lines = await shown(async (stream) => {
    const terminal = Object.assign(stream, { isTTY: true });
    await createProgress(terminal).step("registry", async (note) => note("starting"));
  });
  expect(lines.split("\r\u001b[K")).toHaveLength(4);
});
