/**
 * The project's own lint rules: who may import whom, and no bare `Error`.
 *
 * @module
 */

/** The folders each folder may import from; a folder that is not listed may import from all. */
const MAY_IMPORT: Record<string, { folders: string[]; packages: boolean }> = {
  ffi: { folders: ["ffi"], packages: false },
  init: { folders: ["init", "ffi"], packages: false },
  build: { folders: ["build"], packages: true },
  machine: { folders: ["machine"], packages: true },
};

/** Files that stand above the folders: the command line goes through the library. */
const COMMAND_LINE = "build/cli/";

/** The path of `file` inside the repository: what follows the folder that holds this plugin. */
function inRepository(file: string): string {
  const root = new URL(".", import.meta.url).pathname;
  return file.startsWith(root) ? file.slice(root.length) : file;
}

/** Why `file` may not import `specifier`, or nothing when it may. */
function refusal(file: string, specifier: string): string | undefined {
  const path = inRepository(file);
  const folder = path.split("/")[0] ?? "";
  const rule = MAY_IMPORT[folder];
  if (rule === undefined || path.endsWith("_test.ts")) return undefined;
  if (path.startsWith(COMMAND_LINE) && specifier.endsWith("/mod.ts")) {
    return undefined;
  }
  if (!specifier.startsWith(".")) {
    if (rule.packages) return undefined;
    return `"${folder}/" imports no package, but this is "${specifier}"`;
  }
  const target = inRepository(new URL(specifier, `file://${file}`).pathname).split("/")[0] ??
    "";
  if (rule.folders.includes(target)) return undefined;
  return `"${folder}/" may import from ${rule.folders.join(", ")} only, but this is "${target}/"`;
}

/** The plugin, as `deno lint` loads it. */
const plugin: Deno.lint.Plugin = {
  name: "kios",
  rules: {
    "who-may-import-whom": {
      create(context) {
        const check = (node: { source: { value: string } | null }) => {
          const reason = node.source &&
            refusal(context.filename, node.source.value);
          if (reason) {
            context.report({
              node: node as unknown as Deno.lint.Node,
              message: reason,
            });
          }
        };
        return {
          ImportDeclaration: check,
          ExportNamedDeclaration: (node) => check(node as unknown as { source: { value: string } | null }),
          ExportAllDeclaration: check,
        };
      },
    },
    "no-bare-error": {
      create(context) {
        return {
          NewExpression(node) {
            if (
              node.callee.type !== "Identifier" || node.callee.name !== "Error"
            ) return;
            context.report({
              node,
              message: "A bare Error says nothing a caller can tell apart: throw the class whose meaning fits",
            });
          },
        };
      },
    },
  },
};

export default plugin;
