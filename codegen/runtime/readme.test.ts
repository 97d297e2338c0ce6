import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { stubPackage } from "../generator/stub-package.ts";
import { compileProtos } from "../testing/compile-protos.ts";
import { createStubProject } from "../testing/stub-project.ts";

const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");

/** What the examples take from the application around them. */
const surroundings = `
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { PlanRequestSchema } from "@bodybroker/npc/v1";
import type { InferResponseSchema, StreamInferRequestSchema } from "@bodybroker/ai/v1";
import type { HourChangedSchema } from "@bodybroker/time/v1";
declare const meta: MessageInitShape<typeof PlanRequestSchema>["meta"];
declare const situation: MessageInitShape<typeof PlanRequestSchema>["situation"];
declare const gameTime: MessageInitShape<typeof HourChangedSchema>["gameTime"];
declare const input: MessageInitShape<typeof StreamInferRequestSchema>["input"];
declare const model: {
  run(input: unknown): Promise<MessageInitShape<typeof InferResponseSchema>>;
  tokens(input: unknown, signal: AbortSignal): AsyncIterable<string>;
};
declare const signal: AbortSignal;
declare const log: { info(...things: unknown[]): void; warn(...things: unknown[]): void };
declare const cache: { put(id: string, flags: object, sequence: number): Promise<void> };
declare function useTheDefaultPlan(): void;
declare function findNpc(id: string, signal: AbortSignal): Promise<{ plan(): [] } | undefined>;
`;

it("the examples of README.md compile against the first customer's stub packages", () => {
  const common = compileProtos("proto", ["bodybroker/common"]);
  const packages = ["common", "ai", "npc", "time", "world"].map((name) => {
    const module = `bodybroker/${name}`;
    const files = stubPackage({
      module,
      semver: "1.0.0",
      digest: "sha256:1",
      ...compileProtos("proto", [module]),
      dependencies: [{ module: "bodybroker/common", semver: "1.0.0", files: common.files }],
      runtimeVersion: "0.1.0",
    });
    return [`@${module}`, files] as const;
  });
  const linked = ["@charter-nats", "@bufbuild", "@nats-io", "@opentelemetry", "nats", "@types"];
  const project = createStubProject(new Map(packages), linked);
  try {
    const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
    expect(examples).toHaveLength(7);
    // The second example imports CharterError again, as it stands on its own.
    const source = examples.join("").replace("import { CharterError, serve }", "import { serve }");
    writeFileSync(join(project.folder, "readme.mts"), surroundings + source);
    project.compile();
  } finally {
    project.remove();
  }
}, 30_000);
