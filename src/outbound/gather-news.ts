import type { Lane, Outbox } from '../domain/outbox.ts';
import type { FetchClock } from '../providers/clock.ts';

/**
 * The same outbox, whose news of a lane is told once for what comes within that time: parcels of one moment reach their
 * receivers one after the other, and whoever asked need not look after each. News of no lane in particular is told at once.
 */
export function gatherNews(outbox: Outbox, clock: FetchClock, withinMs: number): Outbox {
  return {
    sinks: outbox.sinks,
    offer: outbox.offer,
    onNews: (wake) => {
      const timers = new Map<string, () => void>();
      const gather = (lane: Lane): void => {
        const key = `${lane.namespace}/${lane.app}`;
        if (timers.has(key)) return;
        const cancel = clock.setTimer(withinMs, () => {
          timers.delete(key);
          wake(lane);
        });
        timers.set(key, cancel);
      };
      const end = outbox.onNews((lane) => {
        if (lane === undefined) wake(lane);
        else gather(lane);
      });
      return () => {
        end();
        for (const cancel of timers.values()) cancel();
        timers.clear();
      };
    },
  };
}
