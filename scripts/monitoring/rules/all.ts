import { healthAlerts } from './health-alerts.ts';
import { recordings } from './recordings.ts';
import { releaseAlerts } from './release-alerts.ts';
import type { Alert, Group } from './rule.ts';

/** Every group of rules; recordings first, because alerts read them. */
export const allGroups: readonly Group[] = [recordings, releaseAlerts, ...healthAlerts];

/** Every alert. */
export const allAlerts: readonly Alert[] = allGroups.flatMap(({ alerts = [] }) => alerts);
