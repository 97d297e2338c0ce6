import es from "@bufbuild/protoc-gen-es/package.json" with { type: "json" };
import charter from "../../../package.json" with { type: "json" };

/**
 * What generates stub packages: the same in two releases, the same revision gives the same package
 * but for its version. Charter's own part counts by Charter's version.
 */
export const generatorVersion = `charter ${charter.version}, protoc-gen-es ${es.version}`;
