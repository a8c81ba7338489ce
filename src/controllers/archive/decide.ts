import type { Decision } from '../../domain/decision.ts';
import { done } from '../../kernel/outcome.ts';
import type { ArchiveSnapshot } from './observe.ts';

/** Decides what is kept of an app's releases: all that is not kept yet. Pure. */
export function decideArchive({ missing }: ArchiveSnapshot): Decision {
  return { actions: missing.length === 0 ? [] : [{ kind: 'archive', records: missing }], outcome: done };
}
