import type { ProviderType } from '../../api/metrics/v1/keptn-metrics-provider.ts';

/** How the language of a query quotes texts. */
export interface Quoting {
  /** The characters that open and close a text in which escapes work. */
  readonly quotes: string;
  /** The character that escapes a quote within a text, and itself. */
  readonly escape: '\\' | '~';
  /** The character that opens and closes a text without escapes. */
  readonly raw?: '`';
  /** What begins a comment that ends with the line. */
  readonly comment?: '#' | '//';
  /** Data may stand within quotes only, and whatever it holds can be written there. */
  readonly isJson?: true;
}

const backslash: Quoting = { quotes: '"', escape: '\\' };

/**
 * How the queries of a provider are quoted. Sources: PromQL string literals (prometheus.io, querying basics), Dynatrace
 * metric selectors ("escape quotes with a tilde"), DQL strings and identifiers, RFC 8259 for Elasticsearch.
 */
export const quotingOf: Readonly<Record<ProviderType, Quoting>> = {
  prometheus: { quotes: `"'`, escape: '\\', raw: '`', comment: '#' },
  thanos: { quotes: `"'`, escape: '\\', raw: '`', comment: '#' },
  cortex: { quotes: `"'`, escape: '\\', raw: '`', comment: '#' },
  mimir: { quotes: `"'`, escape: '\\', raw: '`', comment: '#' },
  dynatrace: { quotes: '"', escape: '~' },
  dql: { quotes: '"', escape: '\\', raw: '`', comment: '//' },
  datadog: backslash,
  elastic: backslash,
  kubernetes: backslash,
  http: backslash,
};

/** JSON: a value may hold anything, and can become nothing but part of a text. Source: RFC 8259, section 7. */
export const jsonQuoting: Quoting = { ...backslash, isJson: true };

/** Where a query is after what was written of it: in the open, in a text that this quote will close, or in a comment. */
interface Place {
  readonly within: string;
  /** The character before escapes what comes next. */
  readonly escaping: boolean;
  /** The last character, in the open: two may begin a comment. */
  readonly last: string;
}

const open: Place = { within: '', escaping: false, last: '' };
const refusedInOpen = /[\p{Cc}]/u;
const refusedInText = /[^\P{Cc}\n\r\t]/u;
const writtenAs: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't' };

/** Collects a query and keeps what was data from becoming part of its language. */
export class QueryWriter {
  readonly #quoting: Quoting;
  #place: Place = open;
  #text = '';

  constructor(quoting: Quoting) {
    this.#quoting = quoting;
  }

  /** What has been written. */
  get text(): string {
    return this.#text;
  }

  /** Writes text of the template as it is. */
  writeCode(code: string): void {
    this.#place = advance(this.#quoting, this.#place, code);
    this.#text += code;
  }

  /**
   * Writes data: escaped within a text; elsewhere as it is, and it must end where it began, so that it closes what it
   * opens. Gives why it cannot be written, undefined when it was.
   */
  writeData(data: string): string | undefined {
    const { within, escaping } = this.#place;
    if (this.#quoting.isJson && within === '')
      return 'stands outside quotes; put the hole of the template in double quotes';
    if (escaping)
      return `follows the escape character "${this.#quoting.escape}"; take that out of the template`;
    if (this.#quoting.isJson) {
      this.#text += JSON.stringify(data).slice(1, -1);
      return undefined;
    }
    const isEscaped = within !== '' && this.#quoting.quotes.includes(within);
    const isMultiline = isEscaped ? this.#quoting.escape === '\\' : within === this.#quoting.raw;
    if ((isMultiline ? refusedInText : refusedInOpen).test(data)) {
      const remedy = within === '' ? ' outside quotes' : '';
      return `has a control character, such as the end of a line, which cannot be sent${remedy}`;
    }
    if (!isEscaped) return this.#writeAsItIs(data);
    this.#text += escaped(data, within, this.#quoting.escape);
    return undefined;
  }

  #writeAsItIs(data: string): string | undefined {
    const after = advance(this.#quoting, this.#place, data);
    if (after.within !== this.#place.within || after.escaping) {
      return this.#place.within === ''
        ? 'opens a quote or a comment that it does not close; put the hole of the template in double quotes'
        : `has a "${this.#place.within}" and stands in a text that cannot escape it; use double quotes in the template`;
    }
    if (this.#place.within === this.#quoting.raw && data.includes('`')) {
      return 'has a "`" and stands in a text that cannot escape it; use double quotes in the template';
    }
    this.#place = after;
    this.#text += data;
    return undefined;
  }
}

function escaped(data: string, quote: string, by: Quoting['escape']): string {
  return data.replaceAll(/[\\~"'\n\r\t]/g, (character) => {
    if (character === quote || character === by) return `${by}${character}`;
    const letter = writtenAs[character];
    return letter === undefined ? character : `\\${letter}`;
  });
}

/** Where a query is after this further piece of it. */
function advance(quoting: Quoting, from: Place, piece: string): Place {
  let place = from;
  for (const character of piece) place = step(quoting, place, character);
  return place;
}

function step(quoting: Quoting, { within, escaping, last }: Place, character: string): Place {
  const same: Place = { within, escaping: false, last: '' };
  if (within === '') return entered(quoting, last, character);
  if (within === quoting.comment) return character === '\n' ? open : same;
  if (within === quoting.raw) return character === within ? open : same;
  if (escaping) return same;
  if (character === quoting.escape) return { ...same, escaping: true };
  return character === within ? open : same;
}

function entered({ quotes, raw, comment }: Quoting, last: string, character: string): Place {
  if (quotes.includes(character) || character === raw) return { ...open, within: character };
  const isComment = comment !== undefined && (last + character).endsWith(comment);
  return isComment ? { ...open, within: comment } : { ...open, last: character };
}
