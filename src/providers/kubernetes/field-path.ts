import type { Scanner } from './scanner.ts';
import type { FieldPath, Step } from './syntax.ts';

const fieldName = /[A-Za-z_$][A-Za-z0-9_$-]*/;
const wholeNumber = /[0-9]{1,9}/;
/** An entry's text ends with its bracket, unless it is quoted. */
const entryText = /[^\]"']*/;
const mostSteps = 32;

/** Reads a path. Throws a SyntaxProblem. */
export function readPath(scanner: Scanner): FieldPath {
  const start = scanner.at;
  scanner.skip('.');
  const first = scanner.match(fieldName);
  if (first === undefined && scanner.peek() !== '[')
    scanner.fail('a field is missing; write for example status.allocatable.cpu');
  const steps: Step[] = first === undefined ? [] : [{ kind: 'field', name: first }];
  for (let step = nextStep(scanner); step !== undefined; step = nextStep(scanner)) {
    steps.push(step);
    if (steps.length > mostSteps) scanner.fail(`the path has more than ${mostSteps} steps`);
  }
  return { text: scanner.since(start), steps };
}

function nextStep(scanner: Scanner): Step | undefined {
  if (scanner.skipHere('[')) return bracketed(scanner);
  if (!scanner.skipHere('.')) return undefined;
  const name = scanner.matchHere(fieldName);
  if (name === undefined)
    return scanner.fail('a field is missing after "."; one with other characters is written ["like.this"]');
  return { kind: 'field', name };
}

function bracketed(scanner: Scanner): Step {
  const step = inBrackets(scanner);
  scanner.expect(']', 'after what stands in brackets');
  return step;
}

function inBrackets(scanner: Scanner): Step {
  if (scanner.skip('*')) return { kind: 'each' };
  if (scanner.peek() === '"' || scanner.peek() === "'")
    return { kind: 'field', name: scanner.quoted('a field') };
  const index = scanner.match(wholeNumber);
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  const name = scanner.match(fieldName);
  if (name === undefined) return scanner.fail('write [*], [0], ["field"] or [type=Ready]');
  scanner.expect('=', `after ${name}; write for example [type=Ready], or ["${name}"] for a field`);
  const isQuoted = scanner.peek() === '"' || scanner.peek() === "'";
  const text = isQuoted ? scanner.quoted('what the field holds') : (scanner.match(entryText) ?? '').trim();
  return { kind: 'entry', name, text };
}

/** What a path leads to in an object. */
export interface Found {
  readonly values: readonly unknown[];
  /** How many branches ended before the path did; null counts as nothing. */
  readonly missing: number;
}

/** Follows a path. A list in the middle that no `[*]` asks for is an end. Total, pure. */
export function follow(object: unknown, { steps }: FieldPath): Found {
  let values: readonly unknown[] = [object];
  let missing = 0;
  for (const step of steps) {
    const reached = values.map((value) => into(value, step));
    missing += reached.filter((next) => next === undefined).length;
    values = reached.flatMap((next) => next ?? []);
  }
  const there = values.filter((value) => value !== null && value !== undefined);
  return { values: there, missing: missing + values.length - there.length };
}

/** Undefined: there is no such thing. An empty list of entries is something. */
function into(value: unknown, step: Step): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const list: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
  switch (step.kind) {
    case 'field':
      return fieldOf(value, step.name);
    case 'index':
      return list !== undefined && step.index < list.length ? [list[step.index]] : undefined;
    case 'each':
      return list ?? valuesOf(value);
    case 'entry':
      return list?.filter((entry) => hasText(entry, step));
  }
}

function valuesOf(map: object): readonly unknown[] {
  const values: readonly unknown[] = Object.values(map);
  return values;
}

function fieldOf(value: object, name: string): readonly unknown[] | undefined {
  if (Array.isArray(value)) return undefined;
  const field: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return field === undefined ? undefined : [field];
}

function hasText(entry: unknown, { name, text }: { readonly name: string; readonly text: string }): boolean {
  if (typeof entry !== 'object' || entry === null) return false;
  const [field] = fieldOf(entry, name) ?? [];
  return isScalar(field) && String(field) === text;
}

/** True for what can be written as one word. Pure. */
export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
