// Builds the published package: ES module and CommonJS, each with its own declarations, because
// TypeScript takes the module kind of a declaration file from the package.json next to it.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { build, transformSync } from "esbuild";

const root = import.meta.dirname;
// Built aside and then renamed, so that nobody who imports the package meets a half-written dist.
const target = join(root, ".charter/dist");
const gen = "gen/charter/nats/v1";

/** Descriptors are also exported under subpaths of their own: one copy of each. */
const descriptorsStayOutside = {
  name: "descriptors-stay-outside",
  setup({ onResolve }) {
    onResolve({ filter: /\/gen\/charter\// }, ({ path }) => ({
      path: path.replace(/^[./]*/, "../"),
      external: true,
    }));
  },
};

rmSync(target, { recursive: true, force: true });
declare();
await Promise.all([bundle("esm"), bundle("cjs")]);
rmSync(join(root, "dist"), { recursive: true, force: true });
renameSync(target, join(root, "dist"));

function declare() {
  const types = join(target, "types");
  const tsc = join(root, "../../node_modules/typescript/bin/tsc");
  const run = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", types], {
    cwd: root,
    stdio: "inherit",
  });
  if (run.status !== 0) process.exit(run.status ?? 1);
  for (const name of readdirSync(join(types, "src"), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".d.ts")) continue;
    const path = join(types, "src", name);
    // The compiler leaves the extension of the sources in declarations.
    const text = readFileSync(path, "utf8").replace(/(from ")(\.[^"]+)\.ts"/g, '$1$2.js"');
    writeFileSync(path, text);
  }
  for (const kind of ["esm", "cjs"]) cpSync(types, join(target, kind), { recursive: true });
  rmSync(types, { recursive: true });
}

async function bundle(kind) {
  const folder = join(target, kind);
  await build({
    entryPoints: [join(root, "src/index.ts")],
    outfile: join(folder, "src/index.js"),
    bundle: true,
    format: kind,
    platform: "node",
    target: "node20.19",
    packages: "external",
    plugins: [descriptorsStayOutside],
    logLevel: "warning",
  });
  mkdirSync(join(folder, gen), { recursive: true });
  for (const name of readdirSync(join(root, gen))) {
    const text = readFileSync(join(root, gen, name), "utf8");
    const isCode = name.endsWith(".js");
    const content = isCode && kind === "cjs" ? transformSync(text, { format: "cjs" }).code : text;
    writeFileSync(join(folder, gen, name), content);
  }
  const type = kind === "esm" ? "module" : "commonjs";
  writeFileSync(join(folder, "package.json"), `{ "type": "${type}" }\n`);
}
