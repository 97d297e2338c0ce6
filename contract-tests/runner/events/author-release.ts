import type { MsgHdrs } from "@nats-io/nats-core";
import { classify } from "../../../registry/core/samples/oracle.ts";
import type { EventBench } from "../laws/law.ts";
import { typeIn } from "../releases.ts";

/**
 * Whether an event keeps the rules of the release that wrote it, as its `Charter-Schema` says. Patches
 * of a minor have the same rules.
 */
export function isValidForAuthor(
  { contract, message, generator }: EventBench,
  headers: MsgHdrs | undefined,
  payload: Uint8Array,
): boolean {
  const [module, semver = ""] = (headers?.get("Charter-Schema") ?? "").split("@");
  if (module !== contract.module) return false;
  const release = contract.others.find((each) => minorOf(each.semver) === minorOf(semver));
  const type = release === undefined ? null : typeIn(release, message.typeName, generator.now);
  return type !== null && classify(type.generator.schema, type.desc, payload).kind === "valid";
}

/** `1.4` of `1.4.2` */
function minorOf(semver: string): string {
  return semver.split(".").slice(0, 2).join(".");
}
