import { expect, it } from "vitest";
import { compileProto, sideOfCompiled } from "../testing/compile-proto.ts";
import { missingTypes } from "./missing-types.ts";

it("missingTypes says nothing of a package that is gone, and of types that are still there", async () => {
  const [a, b] = await Promise.all([
    compileProto({
      "a.proto": 'syntax = "proto3"; package a; message A { enum E { U = 0; } }',
      "b.proto": 'syntax = "proto3"; package b; message B {}',
    }),
    compileProto({ "c.proto": 'syntax = "proto3"; package a; message A { message E {} }' }),
  ]);
  expect(missingTypes(sideOfCompiled(a), sideOfCompiled(b), a.paths)).toEqual([
    {
      rule: "PACKAGE_ENUM_NO_DELETE",
      message: 'Previously present enum "A.E" was deleted from package "a".',
      element: "a.A.E",
      place: { side: "baseline", file: "a.proto", line: 1, column: 1 },
      before: expect.stringContaining("enum E"),
      after: null,
    },
  ]);
});
