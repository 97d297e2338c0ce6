import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { freePort, portFrom } from "./ports.ts";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((each) => new Promise((done) => each.close(done))));
});

function listen(port: number): Promise<number> {
  const server = createServer();
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
}

describe("freePort", () => {
  it("gives the wanted port when nobody listens on it", async () => {
    const port = await freePort(0);
    expect(await freePort(port)).toBe(port);
    expect(await listen(port)).toBe(port);
  });

  it("gives another, free one when somebody does", async () => {
    const taken = await listen(0);
    const port = await freePort(taken);
    expect(port).not.toBe(taken);
    expect(await listen(port)).toBe(port);
  });
});

describe("portFrom", () => {
  it.each([
    { text: undefined, port: 4280 },
    { text: "", port: 4280 },
    { text: "0", port: 0 },
    { text: "65535", port: 65535 },
  ])("reads $text as $port", ({ text, port }) => {
    expect(portFrom({ CHARTER_HTTP_PORT: text }, "CHARTER_HTTP_PORT", 4280)).toBe(port);
  });

  it.each(["65536", "-1", "4280.5", "http", "1e9"])("refuses %s by its name", (text) => {
    expect(() => portFrom({ CHARTER_HTTP_PORT: text }, "CHARTER_HTTP_PORT", 4280)).toThrow(
      /CHARTER_HTTP_PORT .* expected a port/,
    );
  });
});
