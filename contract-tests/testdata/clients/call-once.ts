import { InferenceServiceContract } from "@bodybroker/ai/v1";
import { CharterError, type Connection, createClient } from "@charter-nats/runtime";

const { infer, streamInfer } = InferenceServiceContract.methods;
/** A test does not wait for what a player would, in milliseconds. */
const patience = 1000;
const contract = {
  ...InferenceServiceContract,
  methods: { infer, streamInfer: { ...streamInfer, idleTimeoutMs: patience } },
};

/** Makes one call. Resolves with the code of its error, or null for an answer. */
export async function callOnce(nc: Connection, rpc: "infer" | "stream"): Promise<string | null> {
  const client = createClient(contract, nc);
  const request = {
    meta: { requestId: crypto.randomUUID() },
    modelId: "m1",
    input: { content: { case: "prompt" as const, value: "Once" } },
  };
  const options = { deadlineMs: patience };
  try {
    if (rpc === "infer") await client.infer(request, options);
    else for await (const _frame of client.streamInfer(request, options));
    return null;
  } catch (error) {
    return error instanceof CharterError ? error.code : "internal";
  }
}
