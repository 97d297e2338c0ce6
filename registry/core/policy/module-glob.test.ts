import { describe, expect, it } from "vitest";
import { fitsModule, isModuleGlob } from "./module-glob.ts";

describe("isModuleGlob", () => {
  it.each(["*", "acme/*", "*/orders", "acme/orders", "acme/order-*", "acme/*-v2", "a*e/o*s"])(
    "takes %j",
    (text) => {
      expect(isModuleGlob(text)).toBe(true);
    },
  );

  it.each(["", "acme", "acme/", "/orders", "acme/a/b", "acme/**", "Acme/*", "acme/?", "a*b*c/x"])(
    "refuses %j",
    (text) => {
      expect(isModuleGlob(text)).toBe(false);
    },
  );
});

it.each([
  ["*", "acme/orders", true],
  ["acme/*", "acme/orders", true],
  ["acme/*", "acme-x/orders", false],
  ["*/orders", "acme/orders", true],
  ["*/orders", "acme/pre-orders", false],
  ["acme/order*", "acme/orders", true],
  ["acme/order*", "acme/order", true],
  ["acme/*s", "acme/orders", true],
  ["acme/or*ers", "acme/orders", true],
  ["acme/ord*rders", "acme/orders", false],
  ["acme/orders", "acme/orders", true],
  ["acme/orders", "acme/order", false],
])("fitsModule of %s and %s is %s", (glob, module, expected) => {
  expect(fitsModule(glob, module)).toBe(expected);
});
