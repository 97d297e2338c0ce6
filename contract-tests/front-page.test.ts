import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { expect, it } from "vitest";
import { startNatsServer } from "../ci/testing/nats-server.ts";
import { errorReply } from "./faults/by-hand.ts";
import { fieldOf, startShop } from "./faults/shop.ts";
import { orderContract } from "./faults/shop-contract.ts";
import { renderReport } from "./reports/text/render.ts";
import { runContracts } from "./runner/run.ts";

/** What differs from run to run, or with every change of what is generated. */
function settled(text: string): string {
  return text
    .replace(/\d+ calls in [\d.]+ s/, "… calls in … s")
    .replace(/^Slowest: .*\n/m, "")
    .replace(/run \w{22}/, "run …")
    .replace(/(path|--path) [\d/:]+/g, "$1 …")
    .replace(/after \d+ shrinks/, "after … shrinks");
}

it("the failure that README.md shows is what a run prints", async () => {
  const page = await readFile(join(import.meta.dirname, "README.md"), "utf8");
  const shown =
    /^## What a failure looks like\n[\s\S]*?^```\n([\s\S]*?)^```/m.exec(page)?.[1] ?? "";
  const server = await startNatsServer();
  const nc = await connect({ servers: server.url });
  try {
    const contract = await orderContract();
    const shop = await startShop(nc, contract, {
      answer: (request, correct) =>
        request.kind === "valid" && Number(fieldOf(request, "count")) > 4096
          ? [errorReply(500, "internal")]
          : correct,
    });
    const report = await runContracts(nc, [contract], { seed: 42 });
    const protoLine = () => "rpc Order(OrderRequest) returns (OrderResponse) {";
    expect(settled(renderReport(report, { color: false, protoLine }))).toBe(settled(shown));
    await shop.stop();
  } finally {
    await nc.close();
    await server.stop();
  }
});
