/**
 * The service behind the cache, in a process of its own: `service.ts <NATS URL>`. It tells how many
 * requests came to it, and so what the cache did not answer.
 */
import { serve } from "@charter-nats/runtime";
import { connect } from "@nats-io/transport-node";
import { answerParent } from "../child.ts";
import { worldContract, worldResponse } from "./sample.ts";

export interface RequestsAnswer {
  readonly requests: number;
}

const [servers = ""] = process.argv.slice(2);
const nc = await connect({ servers, noAsyncTraces: true });
let requests = 0;
await serve(nc, worldContract, {
  getWorld: () => {
    requests += 1;
    return worldResponse();
  },
});
answerParent({}, async (): Promise<RequestsAnswer> => ({ requests }));
