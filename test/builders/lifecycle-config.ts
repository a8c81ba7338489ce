import type { LifecycleConfig } from '../../src/controllers/settings.ts';
import type { EnforcementMode } from '../../src/domain/enforcement.ts';

/** The settings in force where nobody set any, but for the mode and what the test names. */
export function lifecycleConfig(
  mode: EnforcementMode = 'enforce',
  given: Partial<LifecycleConfig> = {},
): LifecycleConfig {
  return {
    mode,
    modeFrom: 'the default',
    blocking: mode === 'enforce',
    observabilityTimeoutMs: 300_000,
    timeoutFrom: 'the default',
    discoveryTimeoutMs: 30_000,
    versionHistoryLimit: 10,
    rollbacks: 'Trust',
    ...given,
  };
}
