import { sources } from './dashboard.ts';
import type { ValueLink } from './panel.ts';

/** Attributes of a span, each with where Grafana takes its value from. */
export type Attributes = Readonly<Record<string, string>>;

/**
 * Links from a value to its traces, found by the attributes of their spans: one for Tempo, one for Jaeger. They open
 * Explore over the time that the dashboard shows. Pure. Source: Grafana's documentation of Explore's URLs (`panes`).
 */
export function traceLinks(service: string, attributes: Attributes): readonly ValueLink[] {
  const entries = Object.entries(attributes);
  const traceql = [
    `resource.service.name="${service}"`,
    ...entries.map(([name, value]) => `span.${name}="${value}"`),
  ].join(' && ');
  const tags = entries.map(([name, value]) => `${name}="${value}"`).join(' ');
  return [
    exploreLink('Trace in Tempo', 'tempo', { queryType: 'traceql', query: `{ ${traceql} }`, limit: 20 }),
    exploreLink('Trace in Jaeger', 'jaeger', { queryType: 'search', service, tags, limit: 20 }),
  ];
}

function exploreLink(title: string, type: 'tempo' | 'jaeger', query: object): ValueLink {
  const uid = `\${${sources[type]}}`;
  const panes = {
    sluice: {
      datasource: uid,
      queries: [{ refId: 'A', datasource: { type, uid }, ...query }],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it
      range: { from: '${__from}', to: '${__to}' },
    },
  };
  return { title, url: `/explore?schemaVersion=1&panes=${encodeButVariables(JSON.stringify(panes))}` };
}

/** Percent-encodes all but `${…}`, which Grafana must still find. */
function encodeButVariables(text: string): string {
  return text
    .split(/(\$\{[^}]*\})/)
    .map((part) => (part.startsWith('${') ? part : encodeURIComponent(part)))
    .join('');
}
