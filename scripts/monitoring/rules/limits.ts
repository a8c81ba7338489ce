/** The numbers in the alerts: where "too much" begins. Times in seconds, shares from 0 to 1. */
export const limits = {
  gateHeldSeconds: 1_800,
  liftLatencySeconds: 1,
  checkFailureShare: 0.5,
  certificateLeftSeconds: 3 * 86_400,
  reconcileFailureShare: 0.1,
  reconcileSeconds: 120,
  queuedKeys: 500,
  apiErrorShare: 0.05,
  watchRestarts: 5,
  fetchFailureShare: 0.5,
  memoryBytes: 220 * 1024 * 1024,
  eventLoopLagSeconds: 0.25,
  restarts: 3,
} as const;
