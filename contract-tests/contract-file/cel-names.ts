import { parse } from "@bufbuild/cel";
import type { DescMessage, FileRegistry } from "@bufbuild/protobuf";
import { noSuchField } from "./field-path.ts";

type Expr = NonNullable<ReturnType<typeof parse>["expr"]>;

/** What the names of an expression stand for. */
interface Names {
  readonly messages: Readonly<Record<string, DescMessage>>;
  /** First parts of the packages that types and enum values are named by. */
  readonly packages: ReadonlySet<string>;
}

/**
 * Looks for variables that are not there, and for fields that their messages lack: evaluation would
 * find them only when a reply has come. Throws on what is no CEL.
 */
export function celNameProblems(
  cel: string,
  registry: FileRegistry,
  messages: Readonly<Record<string, DescMessage>>,
): readonly string[] {
  const { expr } = parse(cel);
  if (expr === undefined) return [];
  const packages = new Set(
    [...registry.files].map((file) => file.proto.package.split(".")[0] ?? ""),
  );
  const problems = new Set<string>();
  visit(expr, { messages, packages }, new Set(), problems);
  return [...problems];
}

/** Types of CEL itself, as `type(x) == int` names them. */
const celTypes = new Set(
  "bool bytes double duration dyn int list map null_type string timestamp type uint".split(" "),
);

/** Returns the message type of what an expression selects, where it is known. */
function visit(
  expr: Expr,
  names: Names,
  bound: ReadonlySet<string>,
  problems: Set<string>,
): DescMessage | undefined {
  const { exprKind } = expr;
  if (exprKind.case === "identExpr") {
    const { name } = exprKind.value;
    if (bound.has(name)) return undefined;
    const known = Object.keys(names.messages);
    if (!known.includes(name) && !celTypes.has(name) && !names.packages.has(name)) {
      problems.add(`there is no variable ${name}; there are ${known.join(" and ")}`);
    }
    return names.messages[name];
  }
  if (exprKind.case === "selectExpr" && exprKind.value.operand !== undefined) {
    const { operand, field } = exprKind.value;
    const desc = visit(operand, names, bound, problems);
    if (desc === undefined || desc.typeName.startsWith("google.protobuf.")) return undefined;
    const found = desc.fields.find((each) => each.name === field);
    if (found === undefined) problems.add(noSuchField(desc, field));
    return found?.fieldKind === "message" ? found.message : undefined;
  }
  const inner = exprKind.case === "comprehensionExpr" ? exprKind.value : undefined;
  const scope =
    inner === undefined ? bound : new Set([...bound, inner.iterVar, inner.iterVar2, inner.accuVar]);
  for (const child of childrenOf(expr)) visit(child, names, scope, problems);
  return undefined;
}

function childrenOf({ exprKind }: Expr): readonly Expr[] {
  switch (exprKind.case) {
    case "callExpr":
      return present([exprKind.value.target, ...exprKind.value.args]);
    case "listExpr":
      return exprKind.value.elements;
    case "structExpr":
      return present(
        exprKind.value.entries.flatMap(({ keyKind, value }) => [
          keyKind.case === "mapKey" ? keyKind.value : undefined,
          value,
        ]),
      );
    case "comprehensionExpr": {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return present([iterRange, accuInit, loopCondition, loopStep, result]);
    }
    default:
      return [];
  }
}

function present(all: readonly (Expr | undefined)[]): readonly Expr[] {
  return all.filter((each) => each !== undefined);
}
