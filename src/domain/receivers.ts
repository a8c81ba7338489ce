/** How a receiver of events fares. */
export interface ReceiverReport {
  /** Name of its sink. */
  readonly name: string;
  /** How messages call it: the field that configures it and its name there. */
  readonly title: string;
  /** Why it cannot be told, and what would change that; absent while it can. Nothing secret. */
  readonly problem?: string;
}

/** Port: what is known of the receivers that are configured. */
export interface Receivers {
  readonly reports: () => readonly ReceiverReport[];
  /** Calls `wake` when a report changed. */
  readonly onHealth: (wake: () => void) => () => void;
}

/** Where nobody is to be told. */
export const noReceivers: Receivers = { reports: () => [], onHealth: () => () => undefined };
