import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { readCondition } from './condition.ts';
import { readPath } from './field-path.ts';
import { Scanner, SyntaxProblem } from './scanner.ts';
import {
  type ArithmeticSign,
  type Call,
  type Condition,
  callsOf,
  type Expression,
  type FunctionName,
  functionNames,
  type MissingRule,
  missingRules,
} from './syntax.ts';

/** A longer query is no query that anybody could read. */
const longestText = 4_096;
const deepestNesting = 32;
const mostCalls = 16;

const quantity = /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3}|[KMGTPE]i|[numkMGTPE])?/;
const word = /[A-Za-z][A-Za-z0-9]*/;
/** A plural, with group and version before it or the group after it. */
const resourceText = /[A-Za-z0-9][A-Za-z0-9./-]*/;

/**
 * Reads a query, such as `sum(nodes, status.allocatable.cpu) - 4`. Error: malformed, with the place and what to write.
 * Total, pure. The language is described in docs/providers-kubernetes-http.md.
 */
export function parseExpression(text: string): Result<Expression, SluiceError> {
  if (text.length > longestText)
    return err(failure('malformed', `the query is longer than ${longestText} characters; split the metric`));
  try {
    const scanner = new Scanner(text);
    const expression = new Parser(scanner).whole();
    if (callsOf(expression).length > mostCalls)
      scanner.fail(`the query has more than ${mostCalls} functions; split the metric`);
    return ok(expression);
  } catch (thrown) {
    if (!(thrown instanceof SyntaxProblem)) throw thrown;
    return err(
      failure('malformed', `the query cannot be read at character ${thrown.at + 1}: ${thrown.message}`),
    );
  }
}

class Parser {
  readonly #scanner: Scanner;
  #depth = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  whole(): Expression {
    const expression = this.#sum();
    if (!this.#scanner.isAtEnd) this.#scanner.fail('an operator such as + or - is missing here');
    return expression;
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#product());
  }

  #product(): Expression {
    return this.#chain(['*', '/'], () => this.#factor());
  }

  /** Operators of one rank, taken from the left. */
  #chain(signs: readonly ArithmeticSign[], operand: () => Expression): Expression {
    let left = operand();
    // The tree leans to the left, and who walks it calls itself: a long chain is a deep tree.
    for (let length = 1; ; length += 1) {
      const sign = signs.find((one) => this.#scanner.skip(one));
      if (sign === undefined) return left;
      if (length > 256) this.#scanner.fail('the query has too many terms; split the metric');
      left = { kind: 'arithmetic', sign, left, right: operand() };
    }
  }

  #factor(): Expression {
    this.#depth += 1;
    if (this.#depth > deepestNesting) this.#scanner.fail(`more than ${deepestNesting} parentheses are open`);
    const factor = this.#unguardedFactor();
    this.#depth -= 1;
    return factor;
  }

  #unguardedFactor(): Expression {
    if (this.#scanner.skip('-')) return { kind: 'negated', of: this.#factor() };
    if (this.#scanner.skip('(')) {
      const inner = this.#sum();
      this.#scanner.expect(')', 'to close the parenthesis');
      return inner;
    }
    const text = this.#scanner.match(quantity);
    if (text !== undefined) return { kind: 'number', text };
    return { kind: 'call', call: this.#call() };
  }

  #call(): Call {
    const at = this.#scanner.at;
    const name = this.#scanner.match(word);
    const known = functionNames.find((one) => one === name);
    if (known === undefined) {
      const what = name === undefined ? 'a number or a function is missing here' : `"${name}" is no function`;
      throw new SyntaxProblem(`${what}; write one of ${functionNames.join(', ')}`, at);
    }
    this.#scanner.expect('(', `after ${known}`);
    const resource = this.#scanner.match(resourceText);
    if (resource === undefined)
      return this.#scanner.fail('a resource is missing; write for example pods or apps/v1/deployments');
    const parameters = this.#parameters(known, resource);
    return { text: this.#scanner.since(at), ...parameters };
  }

  #parameters(name: FunctionName, resource: string): Omit<Call, 'text'> {
    const options: Options = { where: [], missing: 'skip' };
    let path: Call['path'];
    while (this.#scanner.skip(',')) {
      if (readOption(this.#scanner, options)) continue;
      if (path !== undefined) this.#scanner.fail('only one field can be taken; two calls can be added up');
      path = readPath(this.#scanner);
    }
    this.#scanner.expect(')', `to close ${name}(`);
    if (path === undefined && name !== 'count')
      this.#scanner.fail(`${name} needs a field; write for example ${name}(nodes, status.allocatable.cpu)`);
    return { function: name, resource, ...(path === undefined ? {} : { path }), ...options };
  }
}

interface Options {
  namespace?: string;
  labels?: string;
  fields?: string;
  where: Condition[];
  missing: MissingRule;
}

const optionName = /(?:namespace|labels|fields|where|missing)\s*=/;

/** Reads one `name="text"`; false where something else comes. Throws a SyntaxProblem. */
function readOption(scanner: Scanner, options: Options): boolean {
  const name = scanner.match(optionName)?.slice(0, -1).trim();
  if (name === undefined) return false;
  const text = scanner.quoted(name);
  switch (name) {
    case 'namespace':
    case 'labels':
    case 'fields':
      if (options[name] !== undefined) scanner.fail(`${name} is given twice`);
      if (text.trim() === '') scanner.fail(`${name} is empty; leave it out where none is meant`);
      options[name] = name === 'namespace' ? namespaceName(scanner, text.trim()) : text.trim();
      return true;
    case 'where':
      options.where.push(readCondition(text));
      return true;
    default:
      options.missing = missingRule(scanner, text);
      return true;
  }
}

function namespaceName(scanner: Scanner, text: string): string {
  const isOne = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text);
  return isOne ? text : scanner.fail(`"${text}" is not the name of a namespace`);
}

function missingRule(scanner: Scanner, text: string): MissingRule {
  const known = missingRules.find((one) => one === text.trim());
  return known ?? scanner.fail(`missing must be one of ${missingRules.map((one) => `"${one}"`).join(', ')}`);
}
