import { expect, it, vi } from "vitest";
import { CharterError } from "../errors/charter-error.ts";
import { FrameQueue } from "./frame-queue.ts";

const events = () => ({ onTake: vi.fn(), onWait: vi.fn(), onEnd: vi.fn() });

it("FrameQueue tells a reader that waits what came last in the same turn", async () => {
  const heard = events();
  const queue = new FrameQueue<string>(heard);
  const waiting = queue.next();
  queue.end(null);
  expect(heard.onEnd).not.toHaveBeenCalled();
  const late = new CharterError("data_loss", "a message came after the end");
  queue.end(late);
  await expect(waiting).rejects.toBe(late);
  expect(heard.onEnd).toHaveBeenCalledOnce();
});

it("FrameQueue gives the frames before the error, the error once, and then nothing", async () => {
  const heard = events();
  const queue = new FrameQueue<string>(heard);
  const first = queue.next();
  for (const frame of ["a", "b"]) queue.push(frame);
  const error = new CharterError("not_found", "x");
  queue.end(error);
  expect(await first).toEqual({ done: false, value: "a" });
  expect(await queue.next()).toEqual({ done: false, value: "b" });
  await expect(queue.next()).rejects.toBe(error);
  expect(await queue.next()).toEqual({ done: true, value: undefined });
  expect(heard.onTake).toHaveBeenCalledTimes(2);
  expect(heard.onWait).toHaveBeenCalledOnce();
});
