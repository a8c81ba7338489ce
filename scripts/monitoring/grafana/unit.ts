/** Units by our words, with Grafana's identifiers. Source: the list of units of Grafana's field options. */
export const units = {
  count: 'short',
  seconds: 's',
  /** 0 to 1. */
  share: 'percentunit',
  perSecond: 'ops',
  perDay: 'short',
  bytes: 'bytes',
  /** Seconds since 1970, shown as so long ago. */
  since: 'dateTimeFromNow',
  none: 'none',
} as const;

export type Unit = keyof typeof units;
