// Makes a fresh clone ready: packages, generated code, a nats-server. Plain JavaScript for any Node
// from 20 on, because it runs before anything is installed.
import { orExplain, setUp } from "./setup/set-up.mjs";

const startedAt = Date.now();
orExplain(() => {
  setUp({ ...(process.argv.includes("--install") ? { mayInstall: true } : {}) });
  process.stderr.write(`set-up: ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
});
