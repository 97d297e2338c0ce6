/**
 * Runs Verdaccio in a process of its own. The settings come as the first message of the parent,
 * because they hold a secret; the port goes back as the answer. It ends with its parent.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runServer } from "verdaccio";
import type { VerdaccioSettings } from "./verdaccio.ts";

const [settings] = (await once(process, "message")) as [VerdaccioSettings];
const server = await runServer(configOf(settings));
server.on("error", (error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
server.listen(settings.port, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.once("disconnect", () => process.exit(0));

function configOf({ dataDir, secret, publisher, scopes, uplink }: VerdaccioSettings): object {
  const proxy = uplink === null ? {} : { proxy: "uplink" };
  const own = { access: "$all", publish: publisher, unpublish: false };
  return {
    configPath: join(dataDir, "verdaccio.yaml"),
    self_path: join(dataDir, "verdaccio.yaml"),
    storage: join(dataDir, "storage"),
    secret,
    // One user, the publisher: who comes later can read everything and register nothing.
    auth: { htpasswd: { file: join(dataDir, "htpasswd"), max_users: 1 } },
    security: { api: { legacy: false, jwt: { sign: { expiresIn: "3650d" } } } },
    uplinks:
      uplink === null ? {} : { uplink: { url: uplink, timeout: "20s", max_fails: 5, cache: true } },
    packages: {
      // No uplink here, so a public package can never stand in for one of ours, and ours need no network.
      ...Object.fromEntries(scopes.map((scope) => [`@${scope}/*`, own])),
      "@*/*": { ...own, ...proxy },
      "**": { access: "$all", publish: "nobody", unpublish: false, ...proxy },
    },
    publish: { allow_offline: true },
    // Base64 in JSON of the largest stub package that the registry's limits let through.
    max_body_size: "64mb",
    web: { enable: true, title: "Charter: npm packages" },
    log: { type: "file", path: join(dataDir, "verdaccio.log"), format: "json", level: "warn" },
  };
}
