import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadVectors, z } from '../../test/builders/vectors.ts';
import type { ProviderType } from '../api/metrics/v1/keptn-metrics-provider.ts';
import { parseQueryTemplate } from './query-template.ts';

type Args = Readonly<Record<string, string>>;

function render(template: string, args: Args = {}, provider: ProviderType = 'prometheus'): string {
  const parsed = parseQueryTemplate(template);
  const rendered = parsed.ok ? parsed.value.render(args, provider) : parsed;
  return rendered.ok ? rendered.value : `error: ${rendered.error.message}`;
}

const outcome = z.union([z.object({ text: z.string() }), z.object({ error: z.string() })]);
const vector = z.object({
  template: z.string(),
  args: z.record(z.string(), z.string()).default({}),
  keptn: outcome,
  sluice: outcome.optional(),
  says: z.string().optional(),
});

test.each(loadVectors('metrics/template', vector))(
  '$template with $args',
  ({ template, args, keptn, sluice, says = '' }) => {
    const expected = sluice ?? keptn;
    if ('text' in expected) expect(render(template, args)).toBe(expected.text);
    else expect(render(template, args)).toContain(sluice === undefined ? says : expected.error);
    if (!('text' in expected)) expect(render(template, args)).toMatch(/^error: line \d+, column \d+: ./);
  },
);

test('MQ-23: a missing argument is an error that names it and where it is needed', () => {
  const rendered = render('sum(\n  up{job="{{ .service }}"})', { stage: 'prod' });
  expect(rendered).toBe(
    'error: line 2, column 11: argument "service" is missing; set spec.args.service of the Analysis',
  );
  expect(render('{{if .service}}{{.service}}{{else}}all{{end}}')).toBe('all');
  expect(render('{{.service | default "all"}}')).toBe('all');
  expect(render('{{.toString}}{{index . "constructor"}}')).toContain('argument "toString" is missing');
});

test.each<[ProviderType, string, string, string]>([
  ['prometheus', `up{job="{{.x}}"}`, `a"\\\n`, `up{job="a\\"\\\\\\n"}`],
  ['prometheus', `up{job='{{.x}}'}`, `it's "`, `up{job='it\\'s "'}`],
  ['mimir', 'up{job=`{{.x}}`}', 'a"b\\d', 'up{job=`a"b\\d`}'],
  ['elastic', '{"a": "{{.x}}"}', `", "b": "it's`, `{"a": "\\", \\"b\\": \\"it's"}`],
  ['dynatrace', 'm:filter(eq("k","{{.x}}"))', 'a"b~\\', 'm:filter(eq("k","a~"b~~\\"))'],
  ['dql', 'fetch logs | filter a == "{{.x}}"', '" or "', 'fetch logs | filter a == "\\" or \\""'],
  ['datadog', 'avg:x{service:{{.x}}}', 'shop', 'avg:x{service:shop}'],
  ['prometheus', 'up{ {{.x}} }', 'job="a"', 'up{ job="a" }'],
  ['prometheus', '# "{{.x}}\n"{{.x}}"', 'a', '# "a\n"a"'],
  ['dql', 'a // "\n| filter b == "{{.x}}"', 'a"', 'a // "\n| filter b == "a\\""'],
  ['prometheus', '{{printf "job=\\"%s\\"" .x}}', '"', 'job="\\""'],
  ['prometheus', 'a=~"{{regexQuoteMeta .x}}"', 'a.b|c', 'a=~"a\\\\.b\\\\|c"'],
])('%s: %s with %j', (provider, template, x, expected) => {
  expect(render(template, { x }, provider)).toBe(expected);
});

test.each<[ProviderType, string, string, string]>([
  ['prometheus', 'up{ {{.x}} }', '"', 'opens a quote or a comment that it does not close'],
  ['prometheus', 'up[{{.x}}]', '5m] #', 'opens a quote or a comment that it does not close'],
  ['dql', 'a /{{.x}}\n| b', '/', 'opens a quote or a comment that it does not close'],
  ['prometheus', 'up[{{.x}}]', '5m]\nor up', 'outside quotes'],
  ['prometheus', 'up{a="{{.x}}"}', '\u0000', 'control character'],
  ['dynatrace', 'm:filter(eq("k","{{.x}}"))', 'a\nb', 'control character'],
  ['mimir', 'up{job=`{{.x}}`}', 'a`b', 'cannot escape it'],
  ['mimir', 'up{job=`{{.x}}`}', '` or `', 'cannot escape it'],
  ['prometheus', 'up{job="\\{{.x}}"}', '"', 'follows the escape character'],
  ['prometheus', '# {{.x}}', 'a\nb', 'control character'],
  ['prometheus', '{{printf "%x" .x}}', 'a', 'printf knows'],
  ['prometheus', '{{printf "%d" .n}}', 'a', 'argument "n" is missing'],
  ['prometheus', '{{printf "%d" .x}}', '5 or up', 'needs a whole number'],
  ['prometheus', '{{printf "%s"}}', 'a', 'no value for its %s'],
  ['prometheus', '{{range .x}}{{end}}', 'a', 'range goes over all arguments'],
  ['prometheus', '{{with .x}}{{.y}}{{end}}', 'a', 'write $.y'],
  ['prometheus', '{{index .x "a"}}', 'a', 'index looks into the arguments'],
  ['prometheus', '{{.x "a"}}', 'a', 'only a function takes values after it'],
  ['prometheus', '{{.x | .x}}', 'a', 'a pipe must lead to a function'],
  ['prometheus', '{{$v}}', 'a', '$v is not known here'],
  ['prometheus', '{{range $v := .}}{{$v.a}}{{end}}', 'a', 'has no field "a"'],
  ['prometheus', '{{(.x}}', 'a', 'the parenthesis is not closed'],
  ['prometheus', '{{"a}}', 'a', 'the quoted text is not closed'],
  ['prometheus', '{{"\\z"}}', 'a', 'unknown escape'],
  ['prometheus', '{{/* a }}', 'a', 'the comment is not closed'],
  ['prometheus', '{{if .x}}a{{else}}b{{else}}c{{end}}', 'a', 'has no {{end}} after its "else"'],
  ['prometheus', '{{not .x .x}}', 'a', 'not takes 1 value, not 2'],
  ['prometheus', '{{eq . .x}}', 'a', 'cannot be compared'],
  ['prometheus', `${'{{if .x}}'.repeat(40)}${'{{end}}'.repeat(40)}`, 'a', 'nested deeper'],
  ['prometheus', `{{${'('.repeat(40)}.x${')'.repeat(40)}}}`, 'a', 'nested too deep'],
])('%s refuses %s with %j', (provider, template, x, says) => {
  expect(render(template, { x }, provider)).toMatch(/^error: line \d+, column \d+: /);
  expect(render(template, { x }, provider)).toContain(says);
});

const anyText = fc.string({ unit: 'binary', maxLength: 20 });
const words = [
  '{{',
  '}}',
  '{{-',
  '-}}',
  '.',
  '.x',
  '$',
  '$k',
  '$v',
  ',',
  ':=',
  '|',
  '(',
  ')',
  '"',
  "'",
  '`',
  '\\',
]
  .concat([
    'if',
    'else',
    'end',
    'range',
    'with',
    'printf',
    'index',
    'default',
    'eq',
    'and',
    'or',
    'not',
    'true',
  ])
  .concat([
    '"%s"',
    '"%q"',
    '/*',
    '*/',
    ' ',
    '\n',
    '#',
    '//',
    '3',
    '-',
    'x',
    '{{end}}',
    '{{.x}}',
    '{{if .x}}',
  ]);
const anyTemplate = fc.oneof(
  anyText,
  fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((parts) => parts.join(' ')),
  fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((parts) => parts.join('')),
);
const anyArgs = fc.dictionary(fc.constantFrom('x', 'k', 'a-b', 'toString', '__proto__'), anyText);
const anyProvider = fc.constantFrom<ProviderType>('prometheus', 'dynatrace', 'dql', 'elastic');

test('any template ends in a query or an error, always the same', () => {
  fc.assert(
    fc.property(anyTemplate, anyArgs, anyProvider, (template, args, provider) => {
      const once = render(template, args, provider);
      expect(render(template, args, provider)).toBe(once);
      if (!template.includes('{{')) expect(once).toBe(template);
    }),
    { numRuns: 3000 },
  );
});

test('loops within loops end', () => {
  const args = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`a${i}`, 'x'.repeat(50)]));
  const nested = `${'{{range .}}'.repeat(1)}${'{{range $}}'.repeat(6)}${'{{end}}'.repeat(7)}`;
  expect(render(nested, args)).toContain('the template does too much');
  expect(render('{{range $}}{{range $}}{{.}}{{end}}{{end}}', args)).toContain('the query becomes longer');
  const doubling = `${'{{with printf "%s%s" . .}}'.repeat(30)}{{.}}${'{{end}}'.repeat(30)}`;
  expect(render(`{{with .a1}}${doubling}{{end}}`, args)).toContain('a value becomes longer');
});

/** What a backend reads in the text that begins after `before`: its content, and what follows it. */
function readText(query: string, before: string, by: string): { content: string; rest: string } {
  let content = '';
  let i = before.length;
  for (; i < query.length && query[i] !== '"'; i += 1) {
    if (query[i] !== by) {
      content += query[i];
      continue;
    }
    i += 1;
    const letters: Readonly<Record<string, string>> = by === '\\' ? { n: '\n', r: '\r', t: '\t' } : {};
    content += letters[query[i] ?? ''] ?? query[i];
  }
  return { content, rest: query.slice(i) };
}

const hostile = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc
    .array(fc.constantFrom('"', '\\', '~', "'", '`', '#', '\n', '\t', '}', 'a', '//', '{{'), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
);

test.each<[ProviderType, string]>([
  ['prometheus', '\\'],
  ['elastic', '\\'],
  ['dql', '\\'],
  ['dynatrace', '~'],
])('in quotes %s reads exactly the argument, and the query after it is the template’s', (provider, by) => {
  fc.assert(
    fc.property(hostile, (x) => {
      const query = render('a{b="{{.x}}"} + {{printf "c{d=\\"%s\\"}" .x}}', { x }, provider);
      if (query.startsWith('error: ')) {
        expect(query).toContain('control character');
        expect(x).toMatch(/\p{Cc}/u);
        return;
      }
      const first = readText(query, 'a{b="', by);
      expect(first.content).toBe(x);
      const second = readText(first.rest, '"} + c{d="', by);
      expect(second).toEqual({ content: x, rest: '"}' });
    }),
    { numRuns: 1000 },
  );
});

test('outside quotes an argument never opens what the template does not know of', () => {
  fc.assert(
    fc.property(hostile, hostile, (x, y) => {
      const query = render('a[{{.x}}] + b{c="{{.y}}"}', { x, y });
      if (query.startsWith('error: ')) return;
      const head = `a[${x}] + b{c="`;
      expect(query.startsWith(head)).toBe(true);
      expect(readText(query, head, '\\')).toEqual({ content: y, rest: '"}' });
    }),
    { numRuns: 1000 },
  );
});
