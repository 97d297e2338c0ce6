import type { Element } from "./read-xml.ts";

/** One element as a schema describes it. */
interface Form {
  /** Attributes and what their values match; all are required but those in `optional`. */
  readonly attributes: Readonly<Record<string, RegExp>>;
  readonly optional?: readonly string[];
  /** The children in their order, as `name`, `name?` or `name*`. */
  readonly children?: readonly string[];
  /** At most one child, of these. */
  readonly choice?: readonly string[];
  readonly hasText?: boolean;
}

/** xs:token of at least one character, whose spaces a reader collapses. */
const token = /^[^\t\n\r]*\S[^\t\n\r]*$/u;
const count = /^\d+$/;
const decimal = /^\d+\.\d{3}$/;
const any = /^[^\t\n\r]*$/u;
const told: Form = { attributes: { message: any, type: any }, hasText: true };

/**
 * What Ant's schema (windyroad/JUnit-Schema) and Jenkins' (xunit-plugin, junit-10.xsd) both allow, in
 * our own words: the order and the attributes are Ant's, which is the stricter one.
 */
const forms: Readonly<Record<string, Form>> = {
  testsuites: { attributes: {}, children: ["testsuite*"] },
  testsuite: {
    attributes: {
      name: token,
      package: token,
      id: count,
      timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/,
      hostname: token,
      tests: count,
      failures: count,
      errors: count,
      skipped: count,
      time: decimal,
    },
    children: ["properties", "testcase*", "system-out", "system-err"],
  },
  properties: { attributes: {}, children: ["property*"] },
  property: { attributes: { name: token, value: any } },
  testcase: {
    attributes: { name: token, classname: token, time: decimal },
    choice: ["skipped", "error", "failure"],
  },
  skipped: { attributes: { message: any }, hasText: true },
  error: told,
  failure: told,
  "system-out": { attributes: {}, hasText: true },
  "system-err": { attributes: {}, hasText: true },
};

/** What is wrong with a document as JUnit's XML; empty for nothing. */
export function junitProblems(element: Element, path = element.name): string[] {
  const form = forms[element.name];
  if (form === undefined) return [`${path}: no element of JUnit`];
  const names = element.children.map((child) => child.name);
  return [
    ...attributeProblems(element, form, path),
    ...(isInOrder(names, form) ? [] : [`${path}: children ${names.join(" ")}`]),
    ...(form.hasText === true || element.text.trim() === "" ? [] : [`${path}: has text`]),
    ...(element.name === "testsuite" ? countProblems(element, path) : []),
    ...element.children.flatMap((child, i) => junitProblems(child, `${path}/${child.name}[${i}]`)),
  ];
}

function attributeProblems({ attributes }: Element, form: Form, path: string): string[] {
  const required = Object.keys(form.attributes).filter((name) => !form.optional?.includes(name));
  return [
    ...required.filter((name) => !(name in attributes)).map((name) => `${path}: lacks ${name}`),
    ...Object.entries(attributes).flatMap(([name, value]) =>
      form.attributes[name]?.test(value) === true ? [] : [`${path}: ${name}="${value}"`],
    ),
  ];
}

function isInOrder(names: readonly string[], { children = [], choice }: Form): boolean {
  if (choice !== undefined)
    return names.length <= 1 && names.every((each) => choice.includes(each));
  const pattern = children.map((each) => each.replace(/^([\w-]+)(.?)$/, "(?:<$1>)$2")).join("");
  return new RegExp(`^${pattern}$`).test(names.map((each) => `<${each}>`).join(""));
}

/** No schema asks for it, and every reader relies on it. */
function countProblems(suite: Element, path: string): string[] {
  const cases = suite.children.filter(({ name }) => name === "testcase");
  const having = (name: string) =>
    cases.filter(({ children }) => children.some((child) => child.name === name)).length;
  const expected = {
    tests: cases.length,
    failures: having("failure"),
    errors: having("error"),
    skipped: having("skipped"),
  };
  return Object.entries(expected).flatMap(([name, value]) =>
    suite.attributes[name] === String(value) ? [] : [`${path}: ${name} is not ${value}`],
  );
}
