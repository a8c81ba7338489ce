/** Why a text is no expression, and where; thrown inside the parsers and caught at their face. */
export class SyntaxProblem extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Reads a text from left to right. Blanks between words mean nothing. */
export class Scanner {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Where the next word begins. */
  get at(): number {
    while (/\s/.test(this.text.charAt(this.#at))) this.#at += 1;
    return this.#at;
  }

  /** The text from a place to here, without blanks around it. */
  since(start: number): string {
    return this.text.slice(start, this.#at).trim();
  }

  /** Whether nothing but blanks is left. */
  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character, empty at the end. */
  peek(): string {
    return this.text.charAt(this.at);
  }

  /** Goes past this text if it is next. */
  skip(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.#at += expected.length;
    return true;
  }

  /** As `skip`, without blanks before it. */
  skipHere(expected: string): boolean {
    if (!this.text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  /** Goes past this text, or fails saying that it is wanted. */
  expect(expected: string, where: string): void {
    if (!this.skip(expected)) this.fail(`"${expected}" is missing ${where}`);
  }

  /** What the pattern (sticky) finds next, or undefined. */
  match(pattern: RegExp): string | undefined {
    const from = this.at;
    return this.#matchFrom(pattern, from);
  }

  /** As `match`, without blanks before it. */
  matchHere(pattern: RegExp): string | undefined {
    return this.#matchFrom(pattern, this.#at);
  }

  #matchFrom(pattern: RegExp, from: number): string | undefined {
    const sticky = new RegExp(pattern.source, 'y');
    sticky.lastIndex = from;
    const [found] = sticky.exec(this.text) ?? [];
    if (found === undefined || found === '') return undefined;
    this.#at = from + found.length;
    return found;
  }

  /** A text in single or double quotes; a backslash takes the next character as it is. */
  quoted(what: string): string {
    const found = this.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/);
    if (found === undefined) return this.fail(`${what} must be a text in quotes`);
    return found.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  }

  /** Everything that is left, without blanks around it. */
  rest(): string {
    const found = this.text.slice(this.#at).trim();
    this.#at = this.text.length;
    return found;
  }

  fail(message: string): never {
    throw new SyntaxProblem(message, this.at);
  }
}
