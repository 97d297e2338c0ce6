import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { natsServer, provideServer, redisServer } from "./server-programs.mjs";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "charter-servers-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(name: string, printed: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho '${printed}'\n`);
  await chmod(path, 0o755);
  return path;
}

const servers = [
  { server: natsServer, prints: "nats-server: v2.10.27", version: "2.10.27" },
  { server: redisServer, prints: "Redis server v=7.0.15 sha=00000000:0", version: "7.0.15" },
];

describe.each(servers)("provideServer of $server.name", ({ server, prints, version }) => {
  const { name, variable } = server;
  const provide = (env: NodeJS.ProcessEnv) =>
    provideServer(server, { env, mayInstall: false, say: () => {}, folders: [] });

  it("takes what the environment names, with its version", async () => {
    const path = await program("mine", prints);
    expect(provide({ [variable]: path })).toEqual({ path, version });
  });

  it("takes the first one of the PATH", async () => {
    const path = await program(name, prints);
    expect(provide({ PATH: `/nowhere:${folder}` })).toEqual({ path, version });
  });

  it.each([
    { what: "is not there", printed: null },
    { what: "is another program", printed: "nginx version: 1.24" },
  ])("refuses one of the environment that $what, and says what to do", async ({ printed }) => {
    const path = printed === null ? join(folder, "gone") : await program("other", printed);
    expect(() => provide({ [variable]: path })).toThrow(/Correct it, or unset it/);
  });

  it("says how to get one when it may not install", () => {
    const look = () => provide({ PATH: "/nowhere" });
    expect(look).toThrow(new RegExp(`needs? ${name}, and there is none on the PATH`));
    expect(look).toThrow(`export ${variable}=/path/to/${name}`);
  });

  it("prints the package manager's commands, and runs them where it may", async () => {
    const bin = join(folder, "bin");
    await mkdir(bin);
    const installed = join(bin, name);
    // A package manager that installs what it is asked for into its own folder.
    const install = `for last; do :; done; [ "$last" = ${name} ] || exit 0
printf '#!/bin/sh\\necho ${prints}\\n' > ${installed}; /bin/chmod +x ${installed}`;
    await writeFile(join(bin, "apt-get"), `#!/bin/sh\n${install}\n`);
    await chmod(join(bin, "apt-get"), 0o755);

    expect(() => provide({ PATH: bin })).toThrow("sudo apt-get install -y -qq");
    const said: string[] = [];
    const options = { env: { PATH: bin }, say: (line: string) => said.push(line), folders: [] };
    const found = provideServer(server, { ...options, mayInstall: true });
    expect(found).toEqual({ path: installed, version });
    expect(said).toEqual([`install ${name} with apt-get`]);
  });
});

it("provideServer names the package as the package manager does", async () => {
  await program("brew", "Homebrew 5.0.0");
  const env = { PATH: folder };
  const look = () =>
    provideServer(redisServer, { env, mayInstall: false, say: () => {}, folders: [] });
  expect(look).toThrow("    brew install --quiet redis\n");
});
