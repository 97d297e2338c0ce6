/** What a form needs to know beside the run. */
export interface RenderOptions {
  /** The path of a module's file for whoever reads the report, with slashes. */
  locate(module: string, file: string): string;
}
