import { styleText } from "node:util";

/** Shows long work on stderr: one line that is redrawn on a terminal, a line a step elsewhere. */
export interface Progress {
  /**
   * Runs a step and shows how long it took. The last `note` stands behind its name; a step that
   * rejects, or that marks itself, is shown as failed.
   */
  step<T>(
    name: string,
    work: (note: (text: string) => void, markFailed: () => void) => Promise<T>,
  ): Promise<T>;
}

export function createProgress(stream: NodeJS.WritableStream): Progress {
  const isTerminal = "isTTY" in stream && stream.isTTY === true;
  const paint = (format: "green" | "red" | "dim", text: string) =>
    styleText(format, text, { stream });
  return {
    async step(name, work) {
      const began = performance.now();
      const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
      let noted = "";
      let failed = false;
      const draw = () => {
        if (isTerminal)
          stream.write(`\r\u001b[K${paint("dim", "…")} ${name} ${paint("dim", noted)}`);
      };
      const end = (mark: string) => {
        const note = noted === "" ? "" : ` ${noted}`;
        stream.write(
          `${isTerminal ? "\r\u001b[K" : ""}${mark} ${name}${note} ${paint("dim", seconds())}\n`,
        );
      };
      draw();
      try {
        return await work(
          (text) => {
            noted = text;
            draw();
          },
          () => {
            failed = true;
          },
        );
      } catch (error) {
        failed = true;
        throw error;
      } finally {
        end(failed ? paint("red", "✗") : paint("green", "✓"));
      }
    },
  };
}
