#!/usr/bin/env node
// In a clone of Charter this runs the sources, which need the Node that the clone pins; as an
// installed package it runs the bundle. Plain JavaScript, because either may be on an older Node.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

// Half of a start is compilation. Node 20 has no such cache.
module.enableCompileCache?.();

const source = new URL("../main.ts", import.meta.url);

if (!existsSync(source)) await import("../dist/charter.js");
else if (Number(process.versions.node.split(".")[0]) >= 24) await import(source.href);
else runOnPinnedNode();

function runOnPinnedNode() {
  const node = fileURLToPath(new URL("../../../node_modules/node/bin/node", import.meta.url));
  const args = [fileURLToPath(source), ...process.argv.slice(2)];
  const child = spawn(node, args, { stdio: "inherit" });
  // The terminal sends Ctrl-C to both; the command decides how to end, and this one follows it.
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      if (signal === "SIGTERM" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.once("error", () => {
    process.stderr.write("This clone of Charter is not set up. Run: node ci/setup.mjs\n");
    process.exitCode = 1;
  });
  child.once("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}
