import type { Alert, Group, Recording } from './rule.ts';

/** The page that has a section for each alert; put the address of your copy in front. */
export const runbooks = 'docs/runbooks.md';

/** The anchor of an alert's section. Pure. */
export function anchorOf({ name }: Pick<Alert, 'name'>): string {
  return name.toLowerCase();
}

/**
 * Groups as Prometheus reads them, which is what a PrometheusRule has in its spec too; evaluated every so often. Pure.
 */
export function ruleGroups(groups: readonly Group[], interval = '30s'): object {
  return {
    groups: groups.map(({ name, recordings = [], alerts = [] }) => ({
      name,
      interval,
      rules: [...recordings.map(recordingRule), ...alerts.map(alertRule)],
    })),
  };
}

function recordingRule({ record, expression }: Recording): object {
  return { record, expr: expression };
}

function alertRule(alert: Alert): object {
  const { name, severity, expression, summary, description } = alert;
  return {
    alert: name,
    expr: expression,
    ...(alert.for !== '0m' && { for: alert.for }),
    labels: { severity },
    annotations: { summary, description, runbook_url: `${runbooks}#${anchorOf(alert)}` },
  };
}
