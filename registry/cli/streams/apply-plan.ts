import type { JetStreamManager } from "@nats-io/jetstream";
import type { Action, Plan } from "./planned.ts";
import { refused } from "./provisioned.ts";

/**
 * Does what a plan without conflicts says, streams first. Each step stands alone: after a failure the
 * next run does the rest.
 */
export async function applyPlan(jsm: JetStreamManager, plan: Plan): Promise<void> {
  for (const { action, name, config } of plan.streams) {
    await step(action, `the stream ${name}`, {
      create: () => jsm.streams.add(config),
      change: () => jsm.streams.update(name, config),
    });
  }
  for (const { action, stream, name, config } of plan.consumers) {
    await step(action, `the consumer ${name} of the stream ${stream}`, {
      create: () => jsm.consumers.add(stream, config),
      change: () => jsm.consumers.update(stream, name, config),
    });
  }
}

async function step(
  action: Action,
  what: string,
  doing: { readonly create: () => Promise<unknown>; readonly change: () => Promise<unknown> },
): Promise<void> {
  if (action !== "create" && action !== "change") return;
  try {
    await doing[action]();
  } catch (cause) {
    throw refused(`The server does not ${action} ${what}, and nothing after it was done`, cause);
  }
}
