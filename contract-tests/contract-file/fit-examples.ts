import { judge } from "../../registry/core/samples/oracle.ts";
import { nearestPatterns } from "../../registry/core/subject/nearest.ts";
import { messageType } from "../runner/contract.ts";
import { exampleRequest, messageFromJson } from "../runner/examples.ts";
import type { Example, FilePlace, SubjectSettings } from "../runner/settings.ts";
import { celNameProblems } from "./cel-names.ts";
import { type Declared, typesOf } from "./declared.ts";

type PlacedProblem = readonly [place: FilePlace | undefined, message: string];

/** Examples whose request or expression does not fit the types of their subject. */
export function* exampleProblems(
  found: Declared,
  { examples = [] }: SubjectSettings,
): Iterable<PlacedProblem> {
  if (found.binding.kind !== "request") return;
  for (const example of examples) {
    for (const each of problemsOfExample(found, example)) {
      yield [example.place, `the example "${example.name}": ${each}`];
    }
  }
}

function* problemsOfExample(found: Declared, example: Example): Iterable<string> {
  const { input, output } = typesOf(found);
  const request = exampleRequest(found.schema(), input, example, 0);
  if (request.kind === "no-message") yield `its request is no ${input.typeName}: ${request.reason}`;
  if (!("cel" in example.expect)) return;
  if (request.kind === "undecodable") {
    yield `its request is no ${input.typeName}, so there is no reply: ${request.reason}`;
  }
  if (request.kind === "invalid") {
    const [first] = request.broken;
    yield `its request breaks ${first?.ruleId} at ${first?.field}, so its answer is an error; expect errors: [invalid_argument]`;
  }
  const { registry } = found.schema();
  for (const each of celNameProblems(example.expect.cel, registry, {
    request: input,
    reply: output,
  })) {
    yield `cel: ${each}`;
  }
}

/** States that no request of the module can put a service into. */
export function* stateProblems(
  found: Declared,
  { given = [] }: SubjectSettings,
  declared: ReadonlyMap<string, Declared>,
): Iterable<PlacedProblem> {
  for (const { call, message, place } of given) {
    const target = declared.get(call);
    const isOwn = target?.contract === found.contract && target.binding.kind === "request";
    if (target === undefined || !isOwn) {
      const patterns = found.contract.bindings
        .filter((each) => each.kind === "request")
        .map((each) => each.pattern);
      const nearest = nearestPatterns(call, patterns).join(", ");
      yield [
        place,
        `given: ${call} is no request of ${found.contract.module}; the nearest: ${nearest}`,
      ];
      continue;
    }
    const desc = messageType(target.schema(), target.binding.messageType);
    const state = messageFromJson(target.schema(), desc, message);
    if (typeof state === "string") {
      yield [place, `given: ${call}: its message is no ${desc.typeName}: ${state}`];
    } else if (judge(target.schema(), desc, state).kind === "invalid") {
      yield [place, `given: ${call}: its message breaks the rules of ${desc.typeName}`];
    }
  }
}
