/** The machine's clock, for tests against real servers. */
export { systemClock as machineClock } from '../../src/runtime/clock.ts';
