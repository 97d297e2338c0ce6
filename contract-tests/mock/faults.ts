import type { CharterErrorCode } from "@charter-nats/runtime";
import type { BindingKind } from "../../registry/core/binding/binding.ts";
import { seededHash } from "./seeded-hash.ts";

/** What a client must make of an answer: take it, report one of these errors, or either. */
export type Expectation =
  | { readonly outcome: "reply" }
  | { readonly outcome: "error"; readonly codes: readonly CharterErrorCode[] }
  | { readonly outcome: "either"; readonly codes: readonly CharterErrorCode[] };

export interface FaultDefinition {
  /** What happens to an answer. */
  readonly does: string;
  /** What a client must make of it, by WIRE; no entry where the fault cannot happen. */
  readonly expect: Readonly<Partial<Record<"request" | "streaming", Expectation>>>;
  /** Whether events can have it, too. */
  readonly onEvents: boolean;
}

const reply: Expectation = { outcome: "reply" };
const error = (...codes: CharterErrorCode[]): Expectation => ({ outcome: "error", codes });

/** What a mock can do wrong, and what whoever calls it must see. */
export const faults = {
  late: {
    does: "the answer comes after the deadline",
    expect: { request: error("deadline_exceeded"), streaming: error("deadline_exceeded") },
    onEvents: false,
  },
  duplicate: {
    does: "a reply, a frame or an event comes twice",
    expect: { request: reply, streaming: error("data_loss") },
    onEvents: true,
  },
  gap: {
    does: "a frame is missing",
    expect: { streaming: error("data_loss") },
    onEvents: false,
  },
  "no-end": {
    does: "the frames have no end",
    expect: { streaming: error("deadline_exceeded") },
    onEvents: false,
  },
  "wrong-type": {
    does: "the payload is another message of the module",
    expect: { request: error("data_loss"), streaming: error("data_loss") },
    onEvents: true,
  },
  "5xx": {
    does: "error 503 instead of a reply, or in the middle of the frames",
    expect: { request: error("unavailable"), streaming: error("unavailable") },
    onEvents: false,
  },
  malformed: {
    does: "the payload is no protobuf message",
    expect: { request: error("data_loss"), streaming: error("data_loss") },
    onEvents: true,
  },
  "unknown-enum": {
    does: "an enum field has a number that the contract does not know",
    // A client that checks the rules of replies may refuse it, where they say `defined_only`.
    expect: {
      request: { outcome: "either", codes: ["data_loss"] },
      streaming: { outcome: "either", codes: ["data_loss"] },
    },
    onEvents: true,
  },
  "no-reply": {
    does: "nothing comes back",
    expect: { request: error("deadline_exceeded"), streaming: error("deadline_exceeded") },
    onEvents: false,
  },
} as const satisfies Readonly<Record<string, FaultDefinition>>;

export type Fault = keyof typeof faults;

export const faultNames = Object.keys(faults) as readonly Fault[];

export function canHappenTo(fault: Fault, kind: BindingKind): boolean {
  const { expect, onEvents }: FaultDefinition = faults[fault];
  return kind === "event" ? onEvents : expect[kind] !== undefined;
}

export interface FaultSettings {
  /** One of them is chosen for each answer that has a fault. */
  readonly faults: readonly Fault[];
  /** The share of answers that have one, from 0 to 1. */
  readonly rate: number;
  readonly seed: number;
}

/** Gives the fault of the next answer on a binding, or null for none. */
export type FaultChoice = (element: string, kind: BindingKind) => Fault | null;

/** The same settings give the same faults for the first, the second … answer of each binding. */
export function createFaultChoice({ faults: wanted, rate, seed }: FaultSettings): FaultChoice {
  const answers = new Map<string, number>();
  return (element, kind) => {
    const possible = wanted.filter((fault) => canHappenTo(fault, kind));
    const count = answers.get(element) ?? 0;
    answers.set(element, count + 1);
    const share = seededHash(seed, `${element} ${count}`) / 2 ** 32;
    if (share >= rate) return null;
    return possible[seededHash(seed, `${element} ${count} fault`) % possible.length] ?? null;
  };
}
