import type { ContractUnderTest } from "../../../contract-tests/runner/contract.ts";
import type { BindingResult } from "../../../contract-tests/runner/report.ts";
import type { Context } from "../command.ts";

/** A CI log that shows nothing for longer looks like a job that hangs. */
const longestSilenceMs = 5000;

/** Tells on stderr how far a run is: each verdict, and that it goes on when none comes. */
export function tellProgress(context: Context, contracts: readonly ContractUnderTest[]) {
  const all = contracts.reduce((sum, contract) => sum + contract.bindings.length, 0);
  const startedAt = performance.now();
  let done = 0;
  let calls = 0;
  const far = () => `${done}/${all}`;
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    context.liveProgress(`${far()} still testing after ${seconds} s, ${calls} calls so far`);
  }, longestSilenceMs);
  return {
    onProgress({ pattern, verdict, calls: made }: BindingResult) {
      done++;
      calls += made;
      timer.refresh();
      context.liveProgress(`${far()} ${verdict} ${pattern}`);
    },
    stop: () => clearInterval(timer),
  };
}
