import { type ActionSchema, Mood, type PlanRequest } from "@bodybroker/npc/v1";
import type { MessageInitShape } from "@bufbuild/protobuf";

export type PlannedAction = MessageInitShape<typeof ActionSchema>;

/** Below it a character saves itself, in percent of full health. */
const frailPercent = 30;
/** In metres, and metres a second. */
const retreat = { distance: 10, speed: 6 };

/** What a character does next: equal situations have equal plans. */
export function planActions({ situation }: PlanRequest): PlannedAction[] {
  if (situation === undefined) return [];
  const { position, healthPercent, mood, threats, nearbyEntityIds, goal } = situation;
  const [threat] = threats;
  if (threat !== undefined && position !== undefined) {
    const flees = mood === Mood.AFRAID || healthPercent < frailPercent;
    if (flees) {
      const { x, y, z } = position;
      const destination = { x: x + retreat.distance, y, z };
      return [{ act: { case: "move", value: { destination, speed: retreat.speed } } }];
    }
    if (mood === Mood.ANGRY) {
      return [{ act: { case: "attack", value: { targetId: threat.entityId } } }];
    }
    const listenerId = threat.entityId;
    return [{ act: { case: "speak", value: { text: "Halt!", listenerId } } }];
  }
  if (goal !== "") return [{ act: { case: "speak", value: { text: goal } } }];
  const [nearby] = nearbyEntityIds;
  if (nearby !== undefined) {
    return [{ act: { case: "interact", value: { entityId: nearby, verb: "inspect" } } }];
  }
  return [];
}
