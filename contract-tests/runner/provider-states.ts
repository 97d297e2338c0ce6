import { toBinary } from "@bufbuild/protobuf";
import type { Schema } from "../../registry/core/samples/schema.ts";
import { describeAnswer, readAnswer } from "./calls/answers.ts";
import { type Calls, endsLaw } from "./calls/calls.ts";
import { type ContractUnderTest, messageType } from "./contract.ts";
import { messageFromJson } from "./examples.ts";
import type { EnvironmentClass } from "./safety.ts";
import type { ContractSettings, ProviderState } from "./settings.ts";
import { subjectOf } from "./subjects.ts";

interface StateBench {
  readonly run: {
    readonly settings: ContractSettings;
    readonly environmentClass: EnvironmentClass;
  };
  readonly module: {
    readonly contract: ContractUnderTest;
    readonly generator: { readonly schema: Schema };
  };
  readonly calls: Calls;
}

/**
 * Puts a service into the states that a contract file gives for a subject, in their order; nothing is
 * changed where the environment is not thrown away.
 *
 * @returns why the laws of the subject can say nothing, or null when the service is in the states
 */
export async function bringIntoStates(bench: StateBench, pattern: string): Promise<string | null> {
  const { settings, environmentClass } = bench.run;
  if (environmentClass !== "ephemeral") return null;
  for (const state of settings.subjects.get(pattern)?.given ?? []) {
    const reason = await reasonAgainst(bench, state);
    if (reason !== null) return `the state given by ${state.call} is not reached: ${reason}`;
  }
  return null;
}

async function reasonAgainst(
  { module, calls }: StateBench,
  { call, message }: ProviderState,
): Promise<string | null> {
  const { contract, generator } = module;
  const { schema } = generator;
  const binding = contract.bindings.find((each) => each.pattern === call);
  if (binding?.kind !== "request") return `it is no request of ${contract.module}`;
  const input = messageType(schema, binding.messageType);
  const request = messageFromJson(schema, input, message);
  if (typeof request === "string") return `its message is no ${input.typeName}: ${request}`;
  const subject = subjectOf(binding, input, request);
  if (subject === null) return "its message does not fill the parameters of the subject";
  try {
    const reply = await calls.call(subject, toBinary(input, request));
    const answer = readAnswer(schema, messageType(schema, binding.replyType), reply);
    return answer.kind === "message" ? null : describeAnswer(answer);
  } catch (error) {
    if (endsLaw(error)) return error.message;
    throw error;
  }
}
