import { afterEach, describe, expect, it } from "vitest";
import { compileProto } from "../../core/testing/compile-proto.ts";
import { packStub } from "./pack-stub.ts";
import { type StubThread, startStubThread } from "./stub-thread.ts";

let thread: StubThread | undefined;
afterEach(() => thread?.stop());

async function inputOf(messages: number) {
  const text = Array.from({ length: messages }, (_, i) => `message Part${i} { string id = 1; }\n`);
  const { image, paths } = await compileProto({
    "acme/parts/v1/parts.proto": `syntax = "proto3"; package acme.parts.v1; ${text.join("")}`,
  });
  return {
    module: "acme/parts",
    semver: "1.0.0",
    digest: "sha256:12",
    image,
    files: paths,
    bindings: [],
    dependencies: [],
    runtimeVersion: "0.1.0",
  };
}

describe("startStubThread", () => {
  it("packs the same bytes as this thread does, several packages at once", async () => {
    thread = startStubThread();
    const inputs = await Promise.all([inputOf(1), inputOf(2)]);
    const packed = await Promise.all(inputs.map((input) => thread?.pack(input)));
    const here = await Promise.all(inputs.map(packStub));
    expect(packed.map((each) => each?.integrity)).toEqual(here.map((each) => each.integrity));
    expect(packed[0]?.manifest).toEqual(here[0]?.manifest);
    expect(Buffer.from(packed[1]?.tarball ?? [])).toEqual(Buffer.from(here[1]?.tarball ?? []));
  });

  it("lets this thread go on while it generates", async () => {
    thread = startStubThread();
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    const input = await inputOf(150);
    turns = 0;
    await thread.pack(input);
    clearInterval(turning);
    expect(turns).toBeGreaterThan(10);
  });

  it("says what the generator refuses, and works on", async () => {
    thread = startStubThread();
    const input = await inputOf(1);
    const broken = { ...input, image: new Uint8Array([1, 2, 3]) };
    await expect(thread.pack(broken)).rejects.toThrow(/Error/);
    expect(await thread.pack(input)).toMatchObject({ name: "@acme/parts" });
  });

  it("rejects what is open when it is stopped, and starts again when it is asked again", async () => {
    thread = startStubThread();
    const input = await inputOf(200);
    const open = thread.pack(input);
    const stopped = expect(open).rejects.toThrow(/ended/);
    await thread.stop();
    await stopped;
    expect(await thread.pack(await inputOf(1))).toMatchObject({ name: "@acme/parts" });
  });
});
