import { storedVersion } from '../../api/kind.ts';
import { analysisValueTemplateKind } from '../../api/metrics/v1/analysis-value-template.ts';
import type { SliFile } from '../../api/slo/slo-file.ts';
import { failure, type SluiceError } from '../../kernel/errors.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { nameCollisions, templateName } from './resource-name.ts';

/** Objects to write, and what got lost on the way, for people. */
export interface Converted {
  readonly objects: readonly object[];
  readonly warnings: readonly string[];
}

/** The provider that the templates name. */
export interface ProviderRef {
  readonly name: string;
  readonly namespace?: string;
}

/**
 * Makes one AnalysisValueTemplate of each indicator of sli.yaml, ordered by name. `$NAME` as a whole word becomes `{{.name}}`.
 * Error: malformed, for an indicator whose name leaves nothing. Pure. Source: Keptn's converter.
 */
export function convertSli({ indicators }: SliFile, provider: ProviderRef): Result<Converted, SluiceError> {
  const warnings: string[] = [];
  const templates: { readonly name: string; readonly indicator: string; readonly query: string }[] = [];
  for (const [indicator, query] of Object.entries(indicators ?? {})) {
    const name = templateName(indicator);
    if (name === '') return err(failure('malformed', namelessIndicator(indicator)));
    templates.push({ name, indicator, query: withHoles(query) });
    warnings.push(...leftOver(indicator, query));
  }
  templates.sort((a, b) => compareTexts(a.name, b.name) || compareTexts(a.indicator, b.indicator));
  return ok({
    objects: templates.map(({ name, query }) => ({
      apiVersion: `${analysisValueTemplateKind.group}/${storedVersion(analysisValueTemplateKind)}`,
      kind: analysisValueTemplateKind.kind,
      metadata: { name },
      spec: { provider, query },
    })),
    warnings: [
      ...nameCollisions(templates.map(({ indicator }) => indicator)),
      ...warnings.toSorted(compareTexts),
    ],
  });
}

/** What a user has to do about an indicator that no template can be named after. Pure. */
export function namelessIndicator(indicator: string): string {
  return `indicator "${indicator}" has no letter or digit that a name may have; rename it`;
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function withHoles(query: string): string {
  return query.replace(/\$([A-Z][A-Z0-9]*)\b/g, (_, name: string) => `{{.${name.toLowerCase()}}}`);
}

/** Placeholders of Keptn v1 that no argument of an Analysis fills. */
function leftOver(indicator: string, query: string): readonly string[] {
  const labels = query.match(/\$LABEL\.\w+/g) ?? [];
  const others = withHoles(query).match(/\$(?:\{\w+\}|[A-Za-z_]\w*)/g) ?? [];
  return [
    ...labels.map(
      (label) =>
        `indicator "${indicator}": write "{{.NAME}}" for "${label}", which became "{{.label}}" and a rest`,
    ),
    ...others.map(
      (other) => `indicator "${indicator}": "${other}" is left as it is; arguments fill {{.name}} only`,
    ),
  ];
}
