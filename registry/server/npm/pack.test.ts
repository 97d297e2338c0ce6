import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { expect, it } from "vitest";
import { packTarball } from "./pack.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const files = new Map([
  ["package.json", bytes('{"name":"@acme/orders","version":"1.0.0"}')],
  ["v1/index.js", bytes("export {};\n")],
  ["README.md", bytes("# Orders\n")],
]);

async function entriesOf(tarball: Uint8Array) {
  const archive = extract();
  archive.end(gunzipSync(tarball));
  const entries: object[] = [];
  for await (const entry of archive) {
    const { name, mode, uid, gid, mtime, type } = entry.header;
    const text = (await buffer(entry)).toString();
    entries.push({ name, mode, uid, gid, mtime: mtime?.toISOString(), type, text });
  }
  return entries;
}

it("packTarball puts every file under package/, sorted, with fixed times and owners", async () => {
  const fixed = {
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: "1985-10-26T08:15:00.000Z",
    type: "file",
  };
  expect(await entriesOf((await packTarball(files)).tarball)).toEqual([
    { ...fixed, name: "package/README.md", text: "# Orders\n" },
    {
      ...fixed,
      name: "package/package.json",
      text: '{"name":"@acme/orders","version":"1.0.0"}',
    },
    { ...fixed, name: "package/v1/index.js", text: "export {};\n" },
  ]);
});

it("packTarball gives equal bytes for equal files in any order", async () => {
  const forward = await packTarball(files);
  const backward = await packTarball(new Map([...files].reverse()));
  expect(backward).toEqual(forward);
  expect([...forward.tarball.subarray(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 2, 255]);
  expect(forward.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  expect(forward.shasum).toMatch(/^[0-9a-f]{40}$/);
});

it("packTarball gives other digests when one byte differs", async () => {
  const changed = new Map(files).set("README.md", bytes("# Order\n"));
  const [before, after] = [await packTarball(files), await packTarball(changed)];
  expect(after.integrity).not.toBe(before.integrity);
  expect(after.shasum).not.toBe(before.shasum);
});

it.each(["../evil.js", "/etc/passwd", "v1//index.js", "a/./b", "", "a\\b"])(
  "packTarball refuses the path %j",
  async (path) => {
    await expect(packTarball(new Map([[path, bytes("")]]))).rejects.toThrow(RangeError);
  },
);
