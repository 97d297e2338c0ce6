import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { XmlDocument, type XmlElement, XmlLibError, XsdValidator } from "libxml2-wasm";

/** A suite as far as the tests look at it. */
interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

const schema = readSchema();

/**
 * Ant's schema, the strictest of JUnit's XML. The package holds its reports against it in its own test,
 * which is where the text is; no package has the schema in a file of its own, under a licence that suits.
 */
function readSchema(): XsdValidator {
  const require = createRequire(import.meta.url);
  const test = require.resolve("junit-xml/src/index.test.ts");
  const text = /^const antJunitSchema = '(.*)';$/m.exec(readFileSync(test, "utf8"))?.[1];
  if (text === undefined) throw new Error(`${test} has no schema of JUnit's XML any more`);
  return reading(text, (document) => XsdValidator.fromDoc(document));
}

/** What is wrong with a document as JUnit's XML, by its schema and by its own counts. */
export function junitProblems(text: string): string[] {
  try {
    reading(withoutSkipped(text), (document) => schema.validate(document));
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    return error.details.map(({ xpath, message }) => `${xpath ?? ""}: ${message.trim()}`);
  }
  return reading(text, (document) => suiteElements(document).flatMap(countProblems));
}

/** The counts that a document's suites give. */
export function readSuites(text: string): readonly Suite[] {
  return reading(text, (document) => suiteElements(document).map(countsOf));
}

/** Documents are in the memory of WebAssembly, which no garbage collector sees. */
function reading<T>(text: string, read: (document: XmlDocument) => T): T {
  const document = XmlDocument.fromString(text);
  try {
    return read(document);
  } finally {
    document.dispose();
  }
}

/** The schema is from before it had `skipped`, which all readers know. */
function withoutSkipped(text: string): string {
  return text
    .replaceAll(/(<testsuite [^>]*) skipped="\d+"/g, "$1")
    .replaceAll(/<skipped message="[^"<>]*"\/>/g, "");
}

function suiteElements(document: XmlDocument): XmlElement[] {
  return document.find("/testsuites/testsuite") as XmlElement[];
}

function countsOf(suite: XmlElement): Suite {
  const count = (name: string) => Number(suite.attr(name)?.value);
  return {
    tests: count("tests"),
    failures: count("failures"),
    errors: count("errors"),
    skipped: count("skipped"),
  };
}

/** No schema asks for it, and every reader relies on it. */
function countProblems(suite: XmlElement): string[] {
  const counted: Suite = {
    tests: suite.find("testcase").length,
    failures: suite.find("testcase/failure").length,
    errors: suite.find("testcase/error").length,
    skipped: suite.find("testcase/skipped").length,
  };
  const told = countsOf(suite);
  return (Object.keys(counted) as (keyof Suite)[]).flatMap((name) =>
    told[name] === counted[name]
      ? []
      : [`${name} is ${told[name]}, and ${counted[name]} are there`],
  );
}
