/** A query that is kept under a name of its own, `level:metric:operation`. */
export interface Recording {
  readonly record: string;
  readonly expression: string;
}

/** What is worth telling somebody. */
export interface Alert {
  readonly name: string;
  /** critical: releases stop or soon will; warning: look at it today; info: nothing to do by itself. */
  readonly severity: 'critical' | 'warning' | 'info';
  readonly expression: string;
  /** How long it must hold before it fires, as PromQL writes it. */
  readonly for: string;
  /** One line; labels as `{{ $labels.x }}`. */
  readonly summary: string;
  /** What it means, with the value and the first thing to look at. */
  readonly description: string;
}

/** Rules that are evaluated together, in order. */
export interface Group {
  readonly name: string;
  readonly recordings?: readonly Recording[];
  readonly alerts?: readonly Alert[];
}
