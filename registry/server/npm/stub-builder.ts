import type { Store, StubBuilder } from "../ports.ts";
export function createStubBuilder(_store: Store): StubBuilder {
  return { build: () => Promise.reject(new Error("pending")) };
}
