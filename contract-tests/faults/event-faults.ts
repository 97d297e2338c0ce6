import { type Message, toJson } from "@bufbuild/protobuf";
import type { Payload } from "../../registry/core/samples/oracle.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import { linkSchema, messageType } from "../runner/contract.ts";
import type { SubjectSettings } from "../runner/settings.ts";
import { type DepotFault, movedEvent, startDepot } from "./depot.ts";
import { depotContract, find, moved, otherDepot, send, sent } from "./depot-contract.ts";
import { type ServiceFault, startDepotService } from "./depot-service.ts";
import type { PlantedFault } from "./planted-fault.ts";

function settingsOf(pattern: string, subject: SubjectSettings) {
  return { subjects: new Map([[pattern, subject]]), knownFailing: [] };
}

/** A depot whose events, stream or consumer have a fault. */
function depotWith(
  law: string,
  fault: string,
  planted: (contract: ContractUnderTest) => DepotFault,
): PlantedFault {
  return {
    law,
    fault,
    contracts: async () => [await depotContract(moved)],
    options: {
      isWholeEstate: true,
      settings: settingsOf(moved, { event: { orderedBy: "depot_id", sequence: "revision" } }),
    },
    async start(nc, isFaulty) {
      const contract = await depotContract(moved);
      return startDepot(nc, contract, isFaulty ? planted(contract) : {});
    },
  };
}

/** A depot that has a release before this one. */
function depotWithPast(law: string, fault: string, planted: DepotFault): PlantedFault {
  return {
    ...depotWith(law, fault, () => planted),
    contracts: async () => [
      { ...(await depotContract(moved)), others: [await otherDepot("1.0.0")] },
    ],
  };
}

/** A consumer that terminates valid events that `isRefused` speaks of. */
function refusing(isRefused: (event: Message) => boolean): DepotFault {
  return {
    consume: (event, correct) =>
      event.kind === "valid" && isRefused(event.message) ? "term" : correct,
  };
}

/** A field that 1.0.0 had, and that 1.1.0 reserves. */
const note = 5;
/** The last carrier that 1.1.0 knows. */
const van = 2;

function unknownNumbers({ $unknown = [] }: Message): readonly number[] {
  return $unknown.map(({ no }) => no);
}

/** A depot whose service has a fault. */
function serviceWith(
  law: string,
  fault: string,
  patterns: readonly string[],
  planted: ServiceFault,
  settings: SubjectSettings = {},
): PlantedFault {
  return {
    law,
    fault,
    contracts: async () => [await depotContract(...patterns)],
    options: { settings: settingsOf(send, settings) },
    async start(nc, isFaulty) {
      return startDepotService(nc, await depotContract(...patterns), isFaulty ? planted : {});
    },
  };
}

/** The weight of an event that can be read. */
function gramsOf(event: Payload, { descriptors }: ContractUnderTest): number {
  if (event.kind !== "valid") return 0;
  const desc = messageType(linkSchema(descriptors), "depot.v1.ParcelMoved");
  return Number((toJson(desc, event.message) as { readonly grams?: number }).grams);
}

export const eventFaults: readonly PlantedFault[] = [
  depotWith("E1", "published three events that break the contract", (contract) => ({
    publish: (correct) => [
      ...correct,
      { ...movedEvent(contract, {}, "bad-1"), payload: new Uint8Array([0xff]) },
      movedEvent(contract, { depotId: "d3", parcelId: "" }, "bad-2"),
      { ...movedEvent(contract, { depotId: "d4" }, "bad-3"), subject: "depot.parcel.moved.v1.d5" },
    ],
  })),
  depotWith("E2", "terminates valid events above 20000", (contract) => ({
    consume: (event, correct) => (gramsOf(event, contract) > 20_000 ? "term" : correct),
  })),
  depotWith("E3", "loops on a poison message", () => ({
    consume: (event, correct) => (event.kind === "valid" ? correct : "nak"),
  })),
  depotWith("E3", "never answers on an event that it cannot read", () => ({
    consume: (event, correct) => (event.kind === "undecodable" ? "nothing" : correct),
  })),
  depotWith("E3", "acknowledges an event that breaks a rule", () => ({
    consume: (event, correct) => (event.kind === "invalid" ? "ack" : correct),
  })),
  depotWith("E4", "has a stream that forgets ids at once", () => ({ duplicateWindowMs: 100 })),
  depotWith("E5", "published a revision of one key twice", (contract) => ({
    publish: (correct) => [
      ...correct,
      movedEvent(contract, { depotId: "d1", revision: 10n }, "again"),
    ],
  })),
  serviceWith(
    "E6",
    "grants a request, and publishes no event of it",
    [send, sent],
    { publishesNothing: true },
    { flows: [{ event: sent, withinMs: 500, key: { request: "parcel_id", event: "parcel_id" } }] },
  ),
  depotWithPast(
    "E7",
    "terminates last year's events, for a field that is gone",
    refusing((event) => unknownNumbers(event).includes(note)),
  ),
  depotWithPast(
    "E8",
    "terminates an event with a field that it does not know",
    refusing((event) => unknownNumbers(event).some((number) => number !== note)),
  ),
  depotWithPast(
    "E8",
    "terminates an event with an enum value that it does not know and the rules allow",
    refusing((event) => (event as Message & { readonly carrier: number }).carrier > van),
  ),
  depotWith("D1", "publishes on a subject that is written wrong", (contract) => ({
    strays: ["depot.parcel.mvoed.v1.*"],
    publish: (correct) => [
      ...correct,
      { ...movedEvent(contract, {}, "stray"), subject: "depot.parcel.mvoed.v1.d1" },
    ],
  })),
  serviceWith("D2", "serves only one of its rpcs", [send, find], { servesOnly: find }),
];
