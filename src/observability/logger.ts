import { pino } from 'pino';

/** Fields of a log line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** How much to say; `silent` says nothing. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Writes events with fields. Messages are constants, values are fields; pure rooms never log. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to each of its lines. */
  child(fields: LogFields): Logger;
}

/** Where lines go; standard output when absent. */
export interface LogSink {
  write(line: string): void;
}

/** A logger of JSON lines; an Error in the field `error` is written with its stack. This is the only importer of pino. */
export function createLogger(level: LogLevel, sink?: LogSink): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: {
      error: (value: unknown) => (value instanceof Error ? pino.stdSerializers.err(value) : value),
    },
    messageKey: 'message',
  };
  return wrap(sink === undefined ? pino(options) : pino(options, sink));
}

/** A logger that says nothing, for commands and tests. */
export const silentLogger: Logger = createLogger('silent');

interface PinoLike {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: LogFields): PinoLike;
}

function wrap(target: PinoLike): Logger {
  return {
    debug: (message, fields = {}) => target.debug(fields, message),
    info: (message, fields = {}) => target.info(fields, message),
    warn: (message, fields = {}) => target.warn(fields, message),
    error: (message, fields = {}) => target.error(fields, message),
    child: (fields) => wrap(target.child(fields)),
  };
}
