import { type ExampleRow, proto3, shopFile } from "./example.ts";

const message = "message Order {\n  string id = 1;\n}";
const stockFile = "acme/stock/v1/stock.proto";
const head = 'syntax = "proto3";\npackage acme.shop.v1;\n';
const stock = 'syntax = "proto3";\npackage acme.stock.v1;\n\nmessage Level {}\n';
const shop = `${head}\n${message}\n`;

/** Options of a file that other languages' generators read, with a value that is not the usual one. */
const options: readonly (readonly [rule: string, value: string])[] = [
  ["FILE_SAME_CC_ENABLE_ARENAS", "false"],
  ["FILE_SAME_CC_GENERIC_SERVICES", "true"],
  ["FILE_SAME_CSHARP_NAMESPACE", '"Acme.Shop"'],
  ["FILE_SAME_GO_PACKAGE", '"acme/shop"'],
  ["FILE_SAME_JAVA_GENERIC_SERVICES", "true"],
  ["FILE_SAME_JAVA_MULTIPLE_FILES", "true"],
  ["FILE_SAME_JAVA_OUTER_CLASSNAME", '"ShopProto"'],
  ["FILE_SAME_JAVA_PACKAGE", '"com.acme.shop"'],
  ["FILE_SAME_OBJC_CLASS_PREFIX", '"ASH"'],
  ["FILE_SAME_OPTIMIZE_FOR", "CODE_SIZE"],
  ["FILE_SAME_PHP_CLASS_PREFIX", '"Shop"'],
  ["FILE_SAME_PHP_METADATA_NAMESPACE", '"Acme\\\\Meta"'],
  ["FILE_SAME_PHP_NAMESPACE", '"Acme\\\\Shop"'],
  ["FILE_SAME_PY_GENERIC_SERVICES", "true"],
  ["FILE_SAME_RUBY_PACKAGE", '"Acme::Shop"'],
  ["FILE_SAME_SWIFT_PREFIX", '"ASH"'],
];

export const fileExamples: readonly ExampleRow[] = [
  ...options.map(([rule, value]): ExampleRow => {
    const name = rule.replace("FILE_SAME_", "").toLowerCase();
    return [rule, proto3(message, `option ${name} = ${value};\n\n${message}`)];
  }),
  [
    "FILE_SAME_SYNTAX",
    {
      before: { [shopFile]: shop },
      after: {
        [shopFile]: `edition = "2023";\npackage acme.shop.v1;\n\noption features.field_presence = IMPLICIT;\n\n${message}\n`,
      },
    },
  ],
  [
    "FILE_SAME_PACKAGE",
    {
      before: { [shopFile]: shop, [stockFile]: stock },
      after: { [shopFile]: shop, [stockFile]: stock.replace("stock.v1", "stock.v2") },
      also: ["PACKAGE_NO_DELETE"],
    },
  ],
  [
    "PACKAGE_NO_DELETE",
    {
      before: { [shopFile]: shop, [stockFile]: stock },
      after: { [shopFile]: shop },
      also: ["FILE_NO_DELETE"],
    },
  ],
  [
    "FILE_NO_DELETE",
    {
      before: { [shopFile]: shop },
      after: { "acme/shop/v1/order.proto": shop },
    },
  ],
];
