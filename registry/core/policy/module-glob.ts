const part = /^(?=.)[a-z0-9-]*\*?[a-z0-9-]*$/;

/** Whether a text is a glob of modules: `*`, or an owner and a name with at most one `*` in each. */
export function isModuleGlob(text: string): boolean {
  if (text === "*") return true;
  const parts = text.split("/");
  return parts.length === 2 && parts.every((each) => part.test(each));
}

/** Whether a glob fits a module. A `*` stands for any characters but the slash; alone it fits all. */
export function fitsModule(glob: string, module: string): boolean {
  if (glob === "*") return true;
  const wanted = glob.split("/");
  const given = module.split("/");
  return wanted.length === given.length && wanted.every((each, i) => fits(each, given[i] ?? ""));
}

function fits(glob: string, text: string): boolean {
  const star = glob.indexOf("*");
  if (star < 0) return glob === text;
  const before = glob.slice(0, star);
  const after = glob.slice(star + 1);
  const isLongEnough = text.length >= before.length + after.length;
  return isLongEnough && text.startsWith(before) && text.endsWith(after);
}
