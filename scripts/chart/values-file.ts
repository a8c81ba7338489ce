import { toYaml } from '../../src/api/yaml.ts';
import type { ChartValue, ValueGroup } from './value.ts';

const lineWidth = 118;

/** values.yaml: every value with its default, and above it what it does. Pure. */
export function valuesFile(values: ValueGroup): string {
  return `${Object.entries(values.fields)
    .map(([name, value]) => lines(name, value, ''))
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function lines(name: string, value: ChartValue, indent: string): string[] {
  const comment = folded(comments(value), lineWidth - indent.length).map((line) => `${indent}# ${line}`);
  if (value.kind === 'leaf') {
    const text = toYaml({ [name]: value.standard }).trimEnd();
    return [...comment, ...text.split('\n').map((line) => indent + line)];
  }
  const fields = Object.entries(value.fields).flatMap(([field, one]) => lines(field, one, `${indent}  `));
  return [...comment, `${indent}${name}:`, ...fields];
}

/** What it does, with the words to choose from where its text does not say them. */
function comments(value: ChartValue): string {
  const choices = value.kind === 'leaf' ? value.schema['enum'] : undefined;
  if (!Array.isArray(choices)) return value.text;
  const untold = choices.map(String).filter((one) => !value.text.includes(one));
  return untold.length === 0 ? value.text : `${value.text} One of ${choices.join(', ')}.`;
}

function folded(text: string, width: number): string[] {
  const done: string[] = [];
  let line = '';
  for (const next of text.split(' ')) {
    if (line !== '' && line.length + next.length + 1 > width) {
      done.push(line);
      line = next;
    } else line = line === '' ? next : `${line} ${next}`;
  }
  return [...done, line];
}

/** One row of a table of all values. */
export interface ValueRow {
  readonly path: string;
  readonly standard: string;
  readonly text: string;
}

/** Every value by its path, in order. Pure. */
export function valueRows(value: ChartValue, path: string): readonly ValueRow[] {
  if (value.kind === 'leaf')
    return [{ path, standard: JSON.stringify(value.standard), text: comments(value) }];
  return Object.entries(value.fields).flatMap(([name, field]) =>
    valueRows(field, path === '' ? name : `${path}.${name}`),
  );
}
