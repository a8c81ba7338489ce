import type { Dashboard } from '../grafana/dashboard.ts';
import { app } from './app.ts';
import { dora } from './dora.ts';
import { health } from './health.ts';
import { overview } from './overview.ts';
import { workload } from './workload.ts';

/** Every dashboard. */
export const allDashboards: readonly Dashboard[] = [overview, app, workload, dora, health];
