import type { DescMessage, Message } from "@bufbuild/protobuf";
import { demandOf } from "../../../registry/core/samples/demand.ts";
import { variedMessages } from "../../../registry/core/samples/messages.ts";
import type { CaseResult } from "../property.ts";
import { isToken, tokensOf } from "../subjects.ts";
import { collectGrants } from "./granting.ts";
import type { EventBench, RpcBench } from "./law.ts";
import { type Search, unlessUnsatisfiable } from "./searches.ts";
import { type OpenEnum, openEnums, withEnumValue } from "./unknown-parts.ts";

/** Enum fields that are tried; a type with more of them has the same decoder for all. */
const mostEnums = 8;
const casesPerEnum = 2;

type Bench = Pick<RpcBench, "generator" | "calls"> & {
  readonly binding: RpcBench["binding"] | EventBench["binding"];
};

/**
 * Tries enum values that a newer release could have, in each field whose rules leave them open.
 *
 * @param desc the type of the messages
 * @param check gets the message with the value, the same without it, and what it has more, as
 *   `9 in state, which acme.shop.v1.State does not know and the rules allow`
 */
export function enumSearches(
  bench: Bench,
  desc: DescMessage,
  check: (changed: Message, plain: Message, what: string) => Promise<CaseResult>,
): readonly Search[] {
  return openEnums(desc)
    .filter(({ path }) => !isToken(bench.binding, path))
    .slice(0, mostEnums)
    .map((target) => enumSearch(bench, desc, target, check));
}

function enumSearch(
  bench: Bench,
  desc: DescMessage,
  target: OpenEnum,
  check: (changed: Message, plain: Message, what: string) => Promise<CaseResult>,
): Search {
  const { path: names, field, unknown } = target;
  const path = names.join(".");
  const demand = demandOf([...tokensOf(bench.binding), { path: names, token: false }]);
  const what = `${unknown} in ${path}, which ${field.enum?.typeName} does not know and the rules allow`;
  return {
    name: `${path} = ${unknown}`,
    wanted: casesPerEnum,
    isNeeded: false,
    run: (seed) =>
      unlessUnsatisfiable(() => {
        const messages = variedMessages(bench.generator, desc, demand);
        return collectGrants(bench, messages, { seed, wanted: casesPerEnum }, async (message) => {
          const changed = withEnumValue(desc, message, target);
          return changed === null ? { kind: "void" } : check(changed, message, what);
        });
      }),
  };
}
