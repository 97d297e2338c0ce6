import type { JetStreamManager } from "@nats-io/jetstream";
import { Argument, InvalidArgumentError, Option } from "commander";
import type { Context, Outcome } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { renderPlan } from "../render/stream-plan.ts";
import { readSettingsFiles } from "../settings-files.ts";
import type { DesiredConsumer, DesiredStream } from "../streams/desired.ts";
import type { StreamOptions } from "../streams/plan-stream.ts";
import type { Plan } from "../streams/planned.ts";
import { parseModuleReference } from "./module-reference.ts";

export const moduleArgument = new Argument(
  "[module...]",
  "only streams that these modules have events in, such as bodybroker/world (default: all)",
);

export const provisioningOptions = [
  new Option(
    "--replicas <number>",
    "how many servers keep each stream (default: as it is, or 1)",
  ).argParser(replicas),
  new Option("--allow-shorten", "let streams that keep more than their contract keep less"),
];

/** Plans, does what `act` does of it, and tells the outcome. */
export async function provision(
  context: Context,
  references: readonly string[],
  options: StreamOptions,
  act: (jsm: JetStreamManager, plan: Plan) => Promise<{ readonly applied: boolean }>,
): Promise<Outcome> {
  // The JetStream client, which no other command should wait for.
  const { openJetStream, planStreams } = await import("../streams/provisioned.ts");
  const { connectNats } = await import("../nats-connection.ts");
  const { streams, consumers } = await readDesired(context, references);
  const nc = await connectNats(context, "charter stream");
  try {
    const jsm = await openJetStream(nc);
    const plan = await planStreams(jsm, streams, consumers, options);
    const { applied } = await act(jsm, plan);
    return {
      exit: inConflict(plan) ? "findings" : "done",
      json: { applied, ...jsonOf(plan) },
      text: (style) => renderPlan(plan, applied, style),
    };
  } finally {
    await nc.close();
  }
}

export function inConflict({ streams, consumers }: Plan): boolean {
  return [...streams, ...consumers].some(({ action }) => action === "conflict");
}

async function readDesired(
  context: Context,
  references: readonly string[],
): Promise<{
  readonly streams: readonly DesiredStream[];
  readonly consumers: readonly DesiredConsumer[];
}> {
  const { desiredConsumers, desiredStreams } = await import("../streams/desired.ts");
  const modules = references.map(moduleOf);
  const { charterYaml } = await readSettingsFiles(context.cwd, context.env);
  const registry = await context.registry();
  context.progress(`Fetching events from ${registry.url} …`);
  // So that a module that is not registered is told from one without events.
  for (const module of modules) await registry.release(module, "latest");
  const events = await registry.subjects({ kind: "event" });
  const streams = desiredStreams(events, modules);
  return { streams, consumers: desiredConsumers(charterYaml?.consumers ?? [], events, streams) };
}

function moduleOf(reference: string): string {
  const { module, semver } = parseModuleReference(reference);
  if (semver === "latest") return module;
  throw new CommandFailure(
    "usage",
    `"${reference}" names a version, but streams keep the events of what is registered last. Write ${module}.`,
  );
}

function jsonOf({ streams, consumers }: Plan): object {
  return {
    streams: streams.map(({ config, ...rest }) => rest),
    consumers: consumers.map(({ config, ...rest }) => rest),
  };
}

/** JetStream takes an odd number of servers, five at most. */
function replicas(text: string): number {
  if (["1", "3", "5"].includes(text)) return Number(text);
  throw new InvalidArgumentError("It must be 1, 3 or 5.");
}
