/**
 * Writes the generated code that is committed, so that nobody needs buf to type-check a clone:
 * Charter's options for the runtime and for core, as buf.gen.yaml says, and the messages of the
 * runtime's own tests; and the registry's OpenAPI document. `node ci/generate.ts FOLDER` writes it elsewhere, to compare.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const [folder = "."] = process.argv.slice(2);
const tests = "codegen/runtime/testing";
/** Not in buf.yaml, because the registry has no such module. */
const testConfig = {
  version: "v2",
  modules: [
    { path: `${tests}/proto` },
    { path: "proto", includes: ["proto/charter/nats"] },
    { path: "generated/proto" },
  ],
};
const testTemplate = {
  version: "v2",
  plugins: [
    {
      local: "node_modules/.bin/protoc-gen-es",
      out: `${tests}/gen`,
      opt: [
        "target=js+dts",
        "import_extension=js",
        "map_imports=buf/validate/validate.proto:@bufbuild/protovalidate/gen",
        "map_imports=charter/nats/v1/binding.proto:@charter-nats/runtime",
      ],
      strategy: "all",
    },
  ],
};

const buf = "node_modules/@bufbuild/buf/bin/buf";
run([buf, "generate", "--output", folder]);
run([
  ...[buf, "generate", "--output", folder, "--path", `${tests}/proto/lab`],
  ...["--config", JSON.stringify(testConfig), "--template", JSON.stringify(testTemplate)],
]);
run(["ci/write-openapi.ts", folder]);

function run(args: readonly string[]): void {
  const ended = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (ended.error !== undefined) throw ended.error;
  if (ended.status !== 0) process.exit(ended.status ?? 1);
}
