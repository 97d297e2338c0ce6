// Bundles the command with what it uses of the other rooms into dist/charter.js and a file for each
// command, so that the published package stands alone and loads only the command that is run; and the
// contract suite for test runners. Packages of npm stay outside, and are declared in package.json.
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";

const root = import.meta.dirname;
const tests = "../../contract-tests";
// Every command loads it, and its several hundred files are half of a start when they lie apart.
const inlined = ["typebox"];
const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

rmSync(join(root, "dist"), { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { charter: "main.ts", "contract-suite": `${tests}/suite/contract-suite.ts` },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external: Object.keys(dependencies)
    .filter((name) => !inlined.includes(name))
    .flatMap((name) => [name, `${name}/*`]),
  metafile: true,
  logLevel: "warning",
});

for (const name of inlined) {
  const license = join(root, "../../node_modules", name, "license");
  copyFileSync(license, join(root, "dist", `license-of-${name}.txt`));
}

// The options are nothing but types, so their source is their declaration.
const types = readFileSync(join(root, tests, "suite/suite-options.ts"), "utf8");
writeFileSync(
  join(root, "dist/contract-suite.d.ts"),
  `${types}\nexport declare const contractSuite: ContractSuite;\n`,
);
copyFileSync(
  join(root, tests, "contract-file/contract.schema.json"),
  join(root, "dist/contract.schema.json"),
);

const inside = Object.keys(metafile.inputs).filter((path) => path.includes("node_modules/"));
const used = new Set([
  ...packagesOf(
    inside.map((path) => ({ path: path.replace(/.*node_modules\//, ""), external: true })),
  ),
  ...packagesOf(Object.values(metafile.outputs).flatMap((each) => each.imports)),
]);
const missing = [...used].filter((name) => !(name in dependencies));
const unused = Object.keys(dependencies).filter((name) => !used.has(name));
if (missing.length + unused.length > 0) {
  process.stderr.write(
    `registry/cli/package.json must declare what the bundle imports, no more and no less.\n` +
      `  missing: ${missing.join(", ") || "none"}\n  not imported: ${unused.join(", ") || "none"}\n`,
  );
  process.exitCode = 1;
}

/** The packages among the imports that stayed outside. */
function packagesOf(imports) {
  return imports
    .filter(({ external }) => external)
    .map(({ path }) => path)
    .filter((path) => !isBuiltin(path))
    .map((path) => path.split("/", path.startsWith("@") ? 2 : 1).join("/"));
}
