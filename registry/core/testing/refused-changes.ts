import {
  adding,
  all,
  baseFiles,
  deleting,
  type MatrixCase,
  replacing,
  shopFile,
  stockFile,
  typesFile,
} from "./change-matrix.ts";
import { refusedEdits } from "./refused-edits.ts";

const shop = "acme.shop.v1";
const money = "message Money {\n  int64 units = 1;\n}\n";

/** Changes that the default policy refuses. */
export const refusedChanges: readonly MatrixCase[] = [
  ...refusedEdits.map(([what, path, from, to, ...findings]) => ({
    what,
    edit: replacing(path, [from, to]),
    findings,
  })),
  {
    what: "a field moved into the oneof",
    edit: replacing(
      shopFile,
      ["  int32 count = 2;\n", ""],
      ["  oneof pay {\n", "  oneof pay {\n    int32 count = 2;\n"],
    ),
    findings: [`blocks wire FIELD_SAME_ONEOF ${shop}.Order.count`],
  },
  {
    what: "a service deleted",
    edit: replacing(shopFile, [
      /service Shop \{[\s\S]*?\n\}\n/.exec(baseFiles[shopFile] ?? "")?.[0] ?? "",
      "",
    ]),
    findings: [
      `blocks wire BINDING_SUBJECT_NO_DELETE ${shop}.Shop.Buy`,
      `blocks source PACKAGE_SERVICE_NO_DELETE ${shop}.Shop`,
    ],
  },
  {
    what: "a message moved out of a file that another module imports",
    edit: all(
      replacing(typesFile, [money, ""]),
      replacing(shopFile, ["message Receipt", `${money}\nmessage Receipt`]),
    ),
    imported: [typesFile],
    findings: [`blocks source MESSAGE_NO_DELETE ${shop}.Money`],
  },
  {
    what: "a message moved, and changed on the way",
    edit: all(
      replacing(typesFile, [money, ""]),
      replacing(shopFile, [
        "message Receipt",
        "message Money { string units = 1; }\n\nmessage Receipt",
      ]),
    ),
    findings: [
      `blocks wire FIELD_WIRE_COMPATIBLE_TYPE ${shop}.Money.units`,
      `shows compatible MESSAGE_NO_DELETE ${shop}.Money`,
    ],
  },
  {
    what: "a package deleted",
    edit: deleting(stockFile),
    findings: [
      "blocks source PACKAGE_NO_DELETE acme.stock.v1",
      `shows compatible FILE_NO_DELETE ${stockFile}`,
    ],
  },
  {
    what: "a file deleted, with the last types of its package but for the package's name",
    edit: all(
      deleting(stockFile),
      adding("acme/stock/v1/empty.proto", 'syntax = "proto3"; package acme.stock.v1;'),
    ),
    findings: [
      "blocks source PACKAGE_MESSAGE_NO_DELETE acme.stock.v1.Level",
      "blocks source PACKAGE_ENUM_NO_DELETE acme.stock.v1.State",
      `shows compatible FILE_NO_DELETE ${stockFile}`,
    ],
  },
  {
    what: "a file renamed that another module imports",
    edit: all(deleting(stockFile), adding("acme/stock/v1/level.proto", baseFiles[stockFile] ?? "")),
    imported: [stockFile],
    findings: [`blocks source FILE_NO_DELETE ${stockFile}`],
  },
  {
    what: "another package",
    edit: replacing(stockFile, ["package acme.stock.v1;", "package acme.stock.v2;"]),
    findings: [
      `blocks wire FILE_SAME_PACKAGE ${stockFile}`,
      "blocks source PACKAGE_NO_DELETE acme.stock.v1",
    ],
  },
];
