import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The clone. */
export const root = fileURLToPath(new URL("../..", import.meta.url));
/** What the set-up and `npm run up` write, and git ignores. */
export const stateFolder = join(root, ".charter");
/** Node as the project pins it: the npm package `node`, linked to by node_modules/.bin/node. */
export const pinnedNode = join(root, "node_modules/node/bin/node");
