import { type ExampleRow, edition, proto2, proto3 } from "./example.ts";

/** A message with one field more than what changes. */
function order(field: string): string {
  return `message Order {\n  string id = 1;\n${field}}`;
}

export const fieldExamples: readonly ExampleRow[] = [
  ["FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED", proto3(order("  int32 count = 2;\n"), order(""))],
  [
    "FIELD_NO_DELETE_UNLESS_NAME_RESERVED",
    proto3(order("  int32 count = 2;\n"), order("  reserved 2;\n")),
  ],
  [
    "FIELD_NO_DELETE",
    proto3(order("  int32 count = 2;\n"), order('  reserved 2;\n  reserved "count";\n')),
  ],
  [
    "FIELD_SAME_NAME",
    proto3(order("  int32 count = 2;\n"), order('  int32 amount = 2 [json_name = "count"];\n')),
  ],
  [
    "FIELD_SAME_JSON_NAME",
    proto3(order("  int32 count = 2;\n"), order('  int32 count = 2 [json_name = "n"];\n')),
  ],
  ["FIELD_SAME_TYPE", proto3(order("  int32 count = 2;\n"), order("  uint32 count = 2;\n"))],
  [
    "FIELD_WIRE_JSON_COMPATIBLE_TYPE",
    proto3(order("  int32 count = 2;\n"), order("  int64 count = 2;\n")),
  ],
  [
    "FIELD_WIRE_COMPATIBLE_TYPE",
    proto3(order("  int32 count = 2;\n"), order("  string count = 2;\n")),
  ],
  [
    "FIELD_SAME_CARDINALITY",
    proto3(order("  int32 count = 2;\n"), order("  optional int32 count = 2;\n")),
  ],
  [
    "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY",
    proto3(
      order("  map<string, int32> totals = 2;\n"),
      order(
        "  repeated TotalsEntry totals = 2;\n\n  message TotalsEntry {\n    string key = 1;\n    int32 value = 2;\n  }\n",
      ),
    ),
  ],
  [
    "FIELD_WIRE_COMPATIBLE_CARDINALITY",
    proto3(order("  int32 count = 2;\n"), order("  repeated int32 count = 2;\n")),
  ],
  [
    "FIELD_SAME_ONEOF",
    proto3(
      order("  oneof pay {\n    string card = 2;\n    string voucher = 3;\n  }\n"),
      order("  oneof pay {\n    string card = 2;\n  }\n  optional string voucher = 3;\n"),
    ),
  ],
  [
    "ONEOF_NO_DELETE",
    {
      ...proto3(
        order("  oneof pay {\n    string card = 2;\n  }\n"),
        order("  optional string card = 2;\n"),
      ),
      also: ["FIELD_SAME_ONEOF"],
    },
  ],
  [
    "FIELD_SAME_DEFAULT",
    proto2(
      "message Order {\n  optional int32 count = 1 [default = 1];\n}",
      "message Order {\n  optional int32 count = 1 [default = 2];\n}",
    ),
  ],
  [
    "FIELD_SAME_JSTYPE",
    proto3(order("  int64 total = 2;\n"), order("  int64 total = 2 [jstype = JS_STRING];\n")),
  ],
  [
    "FIELD_SAME_CPP_STRING_TYPE",
    proto3(order("  string note = 2;\n"), order("  string note = 2 [ctype = CORD];\n")),
  ],
  [
    "FIELD_SAME_JAVA_UTF8_VALIDATION",
    proto2(
      "message Order {\n  optional string id = 1;\n}",
      "option java_string_check_utf8 = true;\n\nmessage Order {\n  optional string id = 1;\n}",
    ),
  ],
  [
    "FIELD_SAME_UTF8_VALIDATION",
    {
      ...edition(
        "message Order {\n  string id = 1;\n}",
        "message Order {\n  string id = 1 [features.utf8_validation = NONE];\n}",
      ),
      also: ["FIELD_SAME_JAVA_UTF8_VALIDATION"],
    },
  ],
];
