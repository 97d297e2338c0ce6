import { expect, it } from "vitest";
import { createHabits } from "./habits.ts";
import type { StreamEnd, Transcript } from "./transcript.ts";

const streamWith = (end: StreamEnd): Transcript => ({
  frames: [],
  end,
  afterEnd: [],
  afterCancel: null,
  overdrawnAt: null,
  wasHeld: false,
  astray: 0,
});
const goingOn = streamWith({ kind: "cut", by: "time" });
const habitsAfter = (transcripts: readonly Transcript[], longestMs = 1000) => {
  const habits = createHabits();
  for (const transcript of transcripts) habits.saw(transcript, { longestMs });
  return habits;
};

it("createHabits takes streams for endless when five went on and none ended", () => {
  expect(habitsAfter(Array(4).fill(goingOn)).isEndless).toBe(false);
  const endless = habitsAfter(Array(5).fill(goingOn));
  expect(endless).toMatchObject({ isEndless: true, longestMs: 1000 });
  endless.saw(streamWith({ kind: "eos", count: 0 }), { longestMs: 1000 });
  expect(endless.isEndless).toBe(false);
});

it("createHabits takes nothing for endless that was read for a moment, or cut off for another reason", () => {
  expect(habitsAfter(Array(9).fill(goingOn), 499)).toMatchObject({
    isEndless: false,
    longestMs: 0,
  });
  expect(habitsAfter(Array(9).fill(streamWith({ kind: "cut", by: "frames" }))).isEndless).toBe(
    false,
  );
});

it("createHabits has streams read for half of the time after one that went on, and shortly where all do", () => {
  const habits = createHabits();
  expect([habits.afterOneOf(5000), habits.afterOneOf(600)]).toEqual([2500, 500]);
  expect(habitsAfter(Array(5).fill(goingOn)).afterOneOf(5000)).toBe(250);
});
