/** One series: its labels in the order in which they are written, and its value as Prometheus reads it. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: string;
}

/** Series of one name. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** What Prometheus is told of the text below. */
export const expositionContentType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Families as Prometheus reads them, those without series left out. Names must be legal and used once each. Pure. Source:
 * the text-based exposition format, version 0.0.4.
 */
export function renderFamilies(families: readonly Family[]): string {
  const lines = families
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, type, help, samples }) => [
      `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(({ labels, value }) => `${name}${braced(labels)} ${value}`),
    ]);
  return lines.map((line) => `${line}\n`).join('');
}

function braced(labels: Sample['labels']): string {
  const written = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return written.length === 0 ? '' : `{${written.join(',')}}`;
}

/** A label's value as it stands between the quotes. Pure. */
export function escapeLabel(value: string): string {
  // Names of objects need none of it, and there may be thousands.
  if (!/["\\\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
