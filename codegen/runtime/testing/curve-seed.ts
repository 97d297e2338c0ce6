import { createCurve } from "@nats-io/nkeys";

/** The seed of a new curve key: `SX…`. */
export function curveSeed(): string {
  return new TextDecoder().decode(createCurve().getSeed());
}
