/** One import, export-from, dynamic import or require of a file. */
export interface ImportSite {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** Starts at 1. */
  readonly line: number;
}

const statement = /^[ \t]*(?:import|export)\s+(type\s+)?(?:[\w$*{},\s]*?\bfrom\s*)?(['"])([^'"\n]+)\2/gm;
const call = /\b(?:import|require)\s*\(\s*(?:(['"])([^'"\n]+)\1)?/g;

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/**
 * Finds every import of a TypeScript text, type-only ones included; an import whose name is computed is
 * reported as `<computed>`. Pure. Relies on the formatter: a statement starts its own line.
 */
export function findImports(text: string): ImportSite[] {
  const found: ImportSite[] = [];
  const commentless = blank(text, { strings: false });
  for (const match of commentless.matchAll(statement)) {
    found.push({
      specifier: match[3] ?? '',
      typeOnly: match[1] !== undefined,
      line: lineAt(text, match.index),
    });
  }
  for (const match of commentless.matchAll(call)) {
    found.push({ specifier: match[2] ?? '<computed>', typeOnly: false, line: lineAt(text, match.index) });
  }
  return found;
}

/** The text with comments, strings and regular expressions blanked out; line breaks stay. Pure. */
export function codeOnly(text: string): string {
  return blank(text, { strings: true });
}

// One pass, first alternative wins: what a comment mark means depends on whether a string is open.
const lexeme =
  /(\/\/[^\n]*|\/\*[\s\S]*?\*\/)|('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|(`(?:\\[\s\S]|[^`\\])*`)|(?<=[=(,:[!&|?{};\n]\s*|\breturn\s+)(\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*)/g;

function blank(text: string, { strings }: { readonly strings: boolean }): string {
  return text.replace(lexeme, (whole, comment?: string, quoted?: string, template?: string) => {
    if (comment === undefined && !strings) return whole;
    const spaces = (part: string) => part.replace(/[^\n]/g, ' ');
    // What is interpolated into a template is code and stays.
    if (template !== undefined)
      return spaces(template.split(/\$\{[^}]*\}/).join('')) + interpolations(template);
    if (quoted !== undefined) return `''${' '.repeat(Math.max(0, whole.length - 2))}`;
    return spaces(whole);
  });
}

function interpolations(template: string): string {
  return [...template.matchAll(/\$\{([^}]*)\}/g)].map((m) => ` (${m[1]})`).join('');
}
