import { expect, it } from "vitest";
import { requireNode, requireNpm } from "./versions.mjs";

it.each(["20.0.0", "20.20.2", "24.21.0", "26.1.0"])("requireNode takes %s", (version) => {
  expect(() => requireNode(version)).not.toThrow();
});

it.each(["18.20.4", "16.0.0", "0.12.0"])(
  "requireNode refuses %s and says what it needs",
  (version) => {
    expect(() => requireNode(version)).toThrow(
      `needs Node 20 or newer, and this is Node ${version}`,
    );
  },
);

it.each([
  { agent: "npm/10.0.0 node/v20.20.2 linux x64", refused: false },
  { agent: "npm/11.19.1 node/v24.21.0 linux x64", refused: false },
  { agent: "npm/9.9.4 node/v18.0.0 linux x64", refused: true },
])("requireNpm reads the version that npm says: $agent", ({ agent, refused }) => {
  const check = () => requireNpm({ npm_config_user_agent: agent });
  if (refused) expect(check).toThrow(/needs npm 10 or newer, and this is npm 9\.9\.4/);
  else expect(check).not.toThrow();
});

it("requireNpm asks npm itself outside of npm", () => {
  expect(() => requireNpm({})).not.toThrow();
});
