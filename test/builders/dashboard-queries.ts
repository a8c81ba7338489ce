import { allDashboards } from '../../scripts/monitoring/dashboards/all.ts';
import { panelsOf } from '../../scripts/monitoring/grafana/dashboard.ts';
import { sampled } from '../../scripts/monitoring/grafana/sampled.ts';
import { askPrometheus, type RealPrometheus } from '../backends/real-prometheus.ts';

/** Every query of every dashboard, markers too, as Prometheus is asked: `bare` without the 0 that stands for nothing. */
export const allQueries = allDashboards.flatMap((dashboard) => {
  const ofPanels = panelsOf(dashboard).flatMap(({ title, queries }) =>
    queries.map((query) => ({ ...query, title })),
  );
  return [...ofPanels, ...(dashboard.markers ?? [])].map((query) => {
    const text = sampled(query.expression);
    return { uid: dashboard.uid, ...query, text, bare: text.replace(/ or vector\(0\)$/, '') };
  });
});

/** True when a number comes back. */
export async function finds(prometheus: RealPrometheus, expression: string): Promise<boolean> {
  const found = await askPrometheus(prometheus, expression);
  return found.some(({ value }) => value !== 'NaN');
}
