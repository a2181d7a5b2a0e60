/** Values that belong to a log line. Never a header, a password, a token or a contact column. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The log port: a static sentence, and what varies as fields. An `Error` goes in under the key `err`. */
export interface Log {
  debug(fields: LogFields, text: string): void;
  info(fields: LogFields, text: string): void;
  warn(fields: LogFields, text: string): void;
  error(fields: LogFields, text: string): void;
  /** Whether anybody reads lines at debug; where it is not told, they are written. */
  isLevelEnabled?(level: 'debug'): boolean;
  /** A logger whose every line carries `fields`: one per agent. */
  child(fields: LogFields): Log;
}

/** Says nothing: for tests, and for parts that were given no log. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};
