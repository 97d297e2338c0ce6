import { Argument, Option } from "commander";
import type { RetirementRecord } from "../../api/schemas/retirement.ts";
import type { CommandDefinition } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import type { Style } from "../render/style.ts";
import { renderPairs, renderTable } from "../render/table.ts";

interface Flags {
  readonly sunset?: string;
  readonly reason?: string;
  readonly withdraw: boolean;
}

export const moduleRetire: CommandDefinition<Flags> = {
  name: "module retire",
  summary: "announce the end of a proto package, such as v1 beside v2",
  details:
    "Deletes nothing. Once the sunset has come and nobody uses the package any more, the module's next push may leave it out; the gate refuses it before, and names who still uses it. Announcing again moves the day. Without a package it lists what is announced.",
  arguments: [
    new Argument("[module]", "such as bodybroker/npc"),
    new Argument("[package]", "such as bodybroker.npc.v1"),
  ],
  options: [
    new Option("--sunset <day>", "the day from which it may be deleted, UTC: 2026-12-31"),
    new Option("--reason <text>", "why, and what to use instead"),
    new Option("--withdraw", "take the announcement back").default(false),
  ],
  examples: [
    'charter module retire bodybroker/npc bodybroker.npc.v1 --sunset 2026-12-31 --reason "use v2"',
    "charter module retire",
  ],
  async run(context, [module, protoPackage], flags) {
    const registry = await context.registry();
    if (module === undefined || protoPackage === undefined) {
      if (module !== undefined) throw new CommandFailure("usage", missingPackage(module));
      const { retirements } = await registry.retirements();
      return {
        exit: "done",
        json: { retirements },
        text: (style) => renderRetirements(retirements, style),
      };
    }
    if (flags.withdraw) {
      await registry.withdrawRetirement(protoPackage);
      return {
        exit: "done",
        json: { withdrawn: protoPackage },
        text: () => `${protoPackage} stays: its end was withdrawn.`,
      };
    }
    const { sunset, reason } = flags;
    if (sunset === undefined || reason === undefined) {
      throw new CommandFailure(
        "usage",
        'Give the day and the reason: --sunset 2026-12-31 --reason "use v2". Those who use the package read both.',
      );
    }
    const retirement = await registry.retire(protoPackage, { module, sunset, reason });
    return {
      exit: "done",
      json: { retirement },
      text: (style) => renderRetirement(retirement, style),
    };
  },
};

function missingPackage(module: string): string {
  return `Name the proto package of ${module} that will go, such as ${module.replace("/", ".")}.v1. \`charter module retire\` alone lists what is announced.`;
}

function renderRetirement(retirement: RetirementRecord, style: Style): string {
  const { protoPackage, module, sunset, reason, keptBecause } = retirement;
  return `${style("bold", protoPackage)} of ${module} may go from ${sunset} on.\n${renderPairs(
    [
      ["reason", reason],
      ["today", keptBecause === null ? "it may be deleted" : `it stays: ${keptBecause}`],
    ],
    style,
  )}`;
}

function renderRetirements(retirements: readonly RetirementRecord[], style: Style): string {
  if (retirements.length === 0) return "No package's end is announced.";
  return renderTable(
    ["PACKAGE", "MODULE", "SUNSET", "STAYS BECAUSE"],
    retirements.map((each) => [
      each.protoPackage,
      each.module,
      each.sunset,
      each.keptBecause ?? "it may be deleted",
    ]),
    style,
  );
}
