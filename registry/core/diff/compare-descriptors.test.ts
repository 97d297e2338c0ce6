import { beforeAll, describe, expect, it } from "vitest";
import { all, replacing, shopFile, typesFile } from "../testing/change-matrix.ts";
import { comparedChanges } from "../testing/compared-changes.ts";
import { asWritten, type CompiledCase, compileCases } from "../testing/compile-cases.ts";
import { additionsOf } from "./additions.ts";
import { compareDescriptors } from "./compare-descriptors.ts";
import type { Difference } from "./difference.ts";

const shop = "acme.shop.v1";

/** One side without a field, the other with one more. */
const places = replacing(
  shopFile,
  ["  int32 count = 2;\n", ""],
  ["  repeated string tags = 4;", "  repeated bytes tags = 4;\n  string shop = 9;"],
);
const additions = all(
  replacing(shopFile, ["  int32 count = 2;\n", "  string shop = 9;\n"]),
  replacing(typesFile, ["enum Kind {", "enum Size { SIZE_UNSPECIFIED = 0; }\nenum Kind {"]),
);

const changes = comparedChanges.map(([what, edit, ...expected]) => ({ what, edit, expected }));
const edits = [...changes.map(({ edit }) => edit), places, additions];
let compiled: ReadonlyMap<(typeof edits)[number], CompiledCase>;

beforeAll(async () => {
  const { cases } = await compileCases(edits.map((edit) => ({ edit })));
  compiled = new Map(cases.map((each, at) => [edits[at] ?? places, each]));
});

function compiledCase(edit: (typeof edits)[number]): CompiledCase {
  const found = compiled.get(edit);
  if (found === undefined) throw new Error("this edit was not compiled");
  return found;
}

function differences(edit: (typeof edits)[number]): readonly Difference[] {
  const { old, now } = compiledCase(edit);
  return compareDescriptors(old, now);
}

/** `+ field acme.shop.v1.Order.shop string shop = 9`, `~ field … type: int32 → int64`. */
function inShort({ change, kind, element, property, before, after }: Difference): string {
  const mark = { added: "+", removed: "-", changed: "~" }[change];
  const what = property === null ? (before ?? after) : `${property}: ${before} → ${after}`;
  return asWritten(`${mark} ${kind} ${element} ${what}`);
}

describe("compareDescriptors", () => {
  it.each(changes)("sees $what", ({ edit, expected }) => {
    expect(differences(edit).map(inShort)).toEqual(expected);
  });

  const reversed = { added: "removed", removed: "added", changed: "changed" } as const;

  it.each(changes)("says the reverse when the sides change places: $what", ({ edit }) => {
    const { old, now } = compiledCase(edit);
    const key = ({ change, kind, property, before, after }: Difference) =>
      [change, kind, property, before, after].join("|");
    const mirrored = differences(edit).map(({ change, before, after, ...rest }) =>
      key({ ...rest, change: reversed[change], before: after, after: before }),
    );
    expect(compareDescriptors(now, old).map(key).sort()).toEqual(mirrored.sort());
  });

  it("points at what is new and changed in the proposal, at what is gone in the baseline", () => {
    const found = differences(places).map(({ change, element, place }) =>
      asWritten(`${change} ${element} ${place.side}:${place.line}`),
    );
    expect(found).toEqual([
      `removed ${shop}.Order.count baseline:18`,
      `changed ${shop}.Order.tags proposal:19`,
      `added ${shop}.Order.shop proposal:20`,
    ]);
  });
});

describe("additionsOf", () => {
  it("lists what is new, and that only", () => {
    const found = additionsOf(differences(additions)).map(({ element, kind, place }) =>
      asWritten(`${kind} ${element} ${place.side} ${place.file}:${place.line}`),
    );
    expect(found).toEqual([
      `field ${shop}.Order.shop proposal ${shopFile}:18`,
      `enum ${shop}.Size proposal ${typesFile}:4`,
    ]);
  });
});
