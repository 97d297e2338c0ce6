import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { provideNatsServer } from "./nats-server.mjs";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "charter-nats-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function program(name: string, printed: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho '${printed}'\n`);
  await chmod(path, 0o755);
  return path;
}

const provide = (env: NodeJS.ProcessEnv) =>
  provideNatsServer({ env, mayInstall: false, say: () => {}, folders: [] });

it("provideNatsServer takes what NATS_SERVER names, with its version", async () => {
  const path = await program("mine", "nats-server: v2.15.1");
  expect(provide({ NATS_SERVER: path })).toEqual({ path, version: "2.15.1" });
});

it("provideNatsServer takes the first one of the PATH", async () => {
  const path = await program("nats-server", "nats-server: v2.10.27");
  expect(provide({ PATH: `/nowhere:${folder}` })).toEqual({ path, version: "2.10.27" });
});

it.each([
  { what: "is not there", printed: null },
  { what: "is another program", printed: "nginx version: 1.24" },
])(
  "provideNatsServer refuses a NATS_SERVER that $what, and says what to do",
  async ({ printed }) => {
    const path = printed === null ? join(folder, "gone") : await program("other", printed);
    expect(() => provide({ NATS_SERVER: path })).toThrow(/Correct it, or unset it/);
  },
);

it("provideNatsServer says how to get one when it may not install", () => {
  const look = () => provide({ PATH: "/nowhere" });
  expect(look).toThrow(/there is none on the PATH/);
  expect(look).toThrow(/export NATS_SERVER=/);
});

it("provideNatsServer prints the package manager's commands, and runs them where it may", async () => {
  const bin = join(folder, "bin");
  await mkdir(bin);
  const server = join(bin, "nats-server");
  // A package manager that installs what it is asked for into its own folder.
  const install = `for last; do :; done; [ "$last" = nats-server ] || exit 0
printf '#!/bin/sh\\necho nats-server: v2.9.10\\n' > ${server}; /bin/chmod +x ${server}`;
  await writeFile(join(bin, "apt-get"), `#!/bin/sh\n${install}\n`);
  await chmod(join(bin, "apt-get"), 0o755);

  expect(() => provide({ PATH: bin })).toThrow(/sudo apt-get install -y .*nats-server/);
  const said: string[] = [];
  const options = { env: { PATH: bin }, say: (line: string) => said.push(line), folders: [] };
  const found = provideNatsServer({ ...options, mayInstall: true });
  expect(found).toEqual({ path: server, version: "2.9.10" });
  expect(said).toEqual(["install nats-server with apt-get"]);
});
