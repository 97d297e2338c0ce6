import process from "node:process";
import { runCharter } from "./run-charter.ts";

// A reader that has seen enough, such as `head`, closes the pipe; that is no failure of Charter.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await runCharter(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  interrupted() {
    const controller = new AbortController();
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.once(name, () => controller.abort());
    }
    return controller.signal;
  },
});
