/** The product's own clock for tests, for rooms that declare time as a port. */
export { ManualClock } from '../../src/runtime/clock.ts';
