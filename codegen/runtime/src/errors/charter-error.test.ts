import { expect, it } from "vitest";
import { ErrorCode, ErrorCodeSchema } from "../../gen/charter/nats/v1/error_pb.js";
import { CharterError } from "./charter-error.ts";
import { type CharterErrorCode, codeOfNumber, codes } from "./codes.ts";

it("codes has a name for every number of charter.nats.v1.ErrorCode, spelled as there", () => {
  for (const { number, name } of ErrorCodeSchema.values) {
    const expected = name.replace("ERROR_CODE_", "").toLowerCase();
    expect(codeOfNumber(number)).toBe(number === ErrorCode.UNSPECIFIED ? null : expected);
  }
  expect(Object.keys(codes)).toHaveLength(ErrorCodeSchema.values.length - 1);
});

it("codes has WIRE's statuses", () => {
  const statuses: Record<CharterErrorCode, number> = {
    ...{ invalid_argument: 400, unauthenticated: 401, permission_denied: 403, not_found: 404 },
    ...{ already_exists: 409, aborted: 409, out_of_range: 400, failed_precondition: 412 },
    ...{ resource_exhausted: 429, canceled: 499, unknown: 500, internal: 500, data_loss: 500 },
    ...{ unimplemented: 501, unavailable: 503, deadline_exceeded: 504 },
  };
  const actual = Object.entries(codes).map(([name, { status }]) => [name, status]);
  expect(Object.fromEntries(actual)).toEqual(statuses);
});

it("CharterError is recognised across copies of the package, and nothing else is", () => {
  const foreign = Object.assign(new Error("x"), { name: "CharterError", code: "internal" });
  expect(foreign).toBeInstanceOf(CharterError);
  expect(new CharterError("internal", "x")).toBeInstanceOf(CharterError);
  for (const other of [
    new Error("x"),
    Object.assign(new Error("x"), { code: "internal" }),
    Object.assign(new Error("x"), { name: "CharterError", code: "toString" }),
    { name: "CharterError", code: "internal" },
    null,
  ]) {
    expect(other).not.toBeInstanceOf(CharterError);
  }
});
