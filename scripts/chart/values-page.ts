import { type KeptnValue, keptnValues } from './keptn-values.ts';
import type { ValueGroup } from './value.ts';
import { chartValues } from './values.ts';
import { valueRows } from './values-file.ts';

/** Fields that the three Deployments share are told once, of the first. */
const components = ['webhook', 'controller', 'metricsApi'];

/** docs/chart-values.md: a table of our values, and one of what becomes of Keptn's. Pure. */
export function valuesPage(header: string): string {
  return [
    header,
    '# Values of the Helm chart',
    '',
    'Also in `manifests/chart/values.yaml`. `helm install` refuses a value that is in neither table.',
    '',
    table(['value', 'default', 'what it does'], [...rows(chartValues)]),
    '',
    '## Values of Keptn’s charts',
    '',
    'With the prefix that they have in the umbrella chart, and without it as in the chart of the part. They count in place of ours where both are given. What means nothing is named by `helm install` too.',
    '',
    table(['value', 'here'], keptnRows(keptnValues)),
    '',
  ].join('\n');
}

function rows(values: ValueGroup): readonly (readonly string[])[] {
  const [first = '', ...others] = components;
  const all = valueRows(values, '');
  const fieldsOf = (name: string): ReadonlySet<string> =>
    new Set(
      all.filter(({ path }) => path.startsWith(`${name}.`)).map(({ path }) => path.slice(name.length + 1)),
    );
  const shared = fieldsOf(first);
  return all
    .filter(
      ({ path }) =>
        !others.some((name) => path.startsWith(`${name}.`) && shared.has(path.slice(name.length + 1))),
    )
    .map(({ path, standard, text }) => {
      const field = path.startsWith(`${first}.`) ? path.slice(first.length + 1) : undefined;
      const places = components.filter((name) => field !== undefined && fieldsOf(name).has(field));
      const name =
        places.length > 1 ? places.map((place) => `\`${place}.${field ?? ''}\``).join(', ') : `\`${path}\``;
      return [name, `\`${standard}\``, text];
    });
}

function keptnRows(values: readonly KeptnValue[]): readonly (readonly string[])[] {
  return values.map(({ paths, counts, unless, why }) => {
    const name = paths.map((path) => `\`${path}\``).join(', ');
    if (counts === undefined) return [name, `nothing: ${why ?? ''}`];
    const except =
      unless === undefined ? '' : `, save ${unless.map((one) => `\`${JSON.stringify(one)}\``).join(', ')}`;
    return [name, counts.map((path) => `\`${path}\``).join(', ') + except];
  });
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
