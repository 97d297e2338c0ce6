// Makes a fresh clone ready: packages, generated code, a nats-server. With `--install` it installs
// servers that are missing, also the redis-server of the tests. Plain JavaScript for any Node from 20
// on, because it runs before anything is installed.
import { redisServer } from "./setup/server-programs.mjs";
import { orExplain, setUp } from "./setup/set-up.mjs";

const startedAt = Date.now();
orExplain(() => {
  const all = { mayInstall: true, alsoNeeds: [redisServer] };
  setUp(process.argv.includes("--install") ? all : {});
  process.stderr.write(`set-up: ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
});
