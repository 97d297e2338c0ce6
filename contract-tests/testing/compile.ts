import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import "../../ci/print-validate-proto.ts";

const root = join(import.meta.dirname, "../..");
const buf = join(root, "node_modules/.bin/buf");

/**
 * Compiles the protos of one folder of `contract-tests/testdata` with the real buf. Resolves with
 * a FileDescriptorSet of them and all that they import.
 */
export async function compileTestdata(folder: string): Promise<Uint8Array> {
  const modules = [
    { path: "contract-tests/testdata", includes: [`contract-tests/testdata/${folder}`] },
    { path: "proto", includes: ["proto/charter/nats"] },
    { path: "generated/proto" },
  ];
  const { stdout } = await promisify(execFile)(
    buf,
    ["build", ".", "--config", JSON.stringify({ version: "v2", modules }), "-o", "-#format=binpb"],
    { cwd: root, encoding: "buffer", maxBuffer: 32 * 1024 * 1024 },
  );
  return stdout;
}
