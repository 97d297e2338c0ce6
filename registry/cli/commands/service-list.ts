import { Option } from "commander";
import type { CommandDefinition } from "../command.ts";
import { renderServices } from "../render/services.ts";
import { checkEnvironment } from "./deployed-build.ts";

interface Flags {
  readonly environment?: string;
}

export const serviceList: CommandDefinition<Flags> = {
  name: "service list",
  summary: "list which participant runs which release where, and what is declared but not running",
  details:
    "Shows what was recorded with `charter deploy record`, and what the registry sees on the NATS of each environment that it watches (CHARTER_WATCH).",
  options: [new Option("--environment <name>", "only this one, such as prod (default: all)")],
  examples: ["charter service list", "charter service list --environment prod --format json"],
  async run(context, _args, flags) {
    const { environment } = flags;
    if (environment !== undefined) checkEnvironment(environment);
    const services = await (await context.registry()).services(environment);
    return {
      exit: "done",
      json: services,
      text: (style) => renderServices(services, style),
    };
  },
};
