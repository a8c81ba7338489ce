import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import { reasons } from '../../api/reasons.ts';
import type { ConditionClaim } from '../../domain/condition.ts';

/**
 * Ready, Progressing and Stalled of a KeptnApp, from the version of its present generation: whether what it says is
 * released. Which phase that is in the version says, so that an app is not written at each step. Pure.
 */
export function appConditions({ metadata, spec, status }: KeptnAppVersion): ConditionClaim[] {
  const said = (wanted: string) => status?.conditions?.find(({ type }) => type === wanted);
  if (status?.status === 'Succeeded') {
    return claims('True', reasons.completed, `version "${spec.version}" is released`);
  }
  const isStuck = status?.status === 'Failed' || said('Stalled')?.status === 'True';
  if (!isStuck) {
    const message = `version "${spec.version}" is being released; KeptnAppVersion "${metadata.name}" says how far it is`;
    return claims('Unknown', reasons.releasing, message);
  }
  const { reason = reasons.checkFailed, message = 'it failed' } = said('Ready') ?? {};
  return claims('False', reason, `KeptnAppVersion "${metadata.name}": ${message}`);
}

function claims(ready: ConditionClaim['status'], reason: string, message: string): ConditionClaim[] {
  return [
    { type: 'Ready', status: ready, reason, message },
    { type: 'Progressing', status: ready === 'Unknown' ? 'True' : 'False', reason, message },
    { type: 'Stalled', status: ready === 'False' ? 'True' : 'False', reason, message },
  ];
}
