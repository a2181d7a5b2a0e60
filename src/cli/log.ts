import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type DestinationStream,
  destination,
  type LevelWithSilent,
  multistream,
  pino,
  type StreamEntry,
  stdTimeFunctions,
} from 'pino';
import { prettyFactory } from 'pino-pretty';
import { messageOf, UsageError, WorkerError } from '../base/errors.js';
import type { Log } from '../base/log.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where people read the log: JSON lines for machines that collect stderr, pretty ones for a terminal. */
export interface LogConsole {
  readonly form: 'json' | 'pretty';
  /** The least level shown here; with the live view on `warn`. */
  readonly level: LogLevel;
  readonly colour: boolean;
  /** Takes text without the last newline. */
  readonly print: (text: string) => void;
}

export interface LogOptions {
  /** The least level of the file. */
  readonly level: LogLevel;
  /** JSON lines are appended here. */
  readonly file?: string;
  readonly console?: LogConsole;
}

export interface OpenLog {
  readonly log: Log;
  /** Writes what is still in memory and closes the file. */
  close(): Promise<void>;
}

/**
 * Keys that no caller should ever log; a second line of defence behind never passing them. Top-level keys only: deep
 * paths would double the cost of each line.
 */
const NEVER_LOGGED = ['headers', 'cookie', 'password', 'token', 'csrfToken'];

/** Lines are gathered up to this size, so that a slow disk never holds up the agents, but no longer than FLUSH_MS. */
const GATHERED_BYTES = 4_096;
const FLUSH_MS = 500;

/** Opens the log. Throws a UsageError when the file cannot be written. */
export async function openLog(options: LogOptions): Promise<OpenLog> {
  const streams: StreamEntry<LevelWithSilent>[] = [];
  if (options.console) streams.push({ level: options.console.level, stream: consoleStream(options.console) });
  const file = options.file === undefined ? undefined : openFile(options.file);
  if (file) streams.push({ level: options.level, stream: file });
  const log = pino(
    {
      level: streams.length === 0 ? 'silent' : lowest(streams.map(({ level }) => level as LogLevel)),
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: { paths: NEVER_LOGGED, remove: true },
    },
    multistream(streams),
  );
  return {
    log,
    close: async () => {
      if (!file) return;
      const closed = once(file, 'close').catch(() => {}); // a full disk was met on the way; there is nothing to save
      file.end();
      await closed;
    },
  };
}

function lowest(levels: readonly LogLevel[]): LogLevel {
  return LOG_LEVELS.find((level) => levels.includes(level)) ?? 'silent';
}

function consoleStream({ form, colour, print }: LogConsole): DestinationStream {
  if (form === 'json') return { write: (line) => print(line.trimEnd()) };
  const prettify = prettyFactory({ colorize: colour, singleLine: true, translateTime: 'SYS:HH:MM:ss.l' });
  return { write: (line) => print(String(prettify(line)).trimEnd()) };
}

function openFile(path: string) {
  const file = destination({
    fd: openForAppending(path),
    sync: false,
    minLength: GATHERED_BYTES,
    periodicFlush: FLUSH_MS,
  });
  file.on('error', () => {}); // a disk that fills up later costs log lines, not the run
  return file;
}

/** Opened by ourselves: a destination that cannot open its file goes on trying to flush it. */
function openForAppending(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a');
  } catch (error) {
    throw new UsageError(`cannot write the log file ${path}: ${messageOf(error)}`, error);
  }
}

/** An error as the log shows it: name, code, message and where; none of the other properties, which may hold payload. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: messageOf(error) };
  return {
    type: error.name,
    ...(error instanceof WorkerError ? { code: error.code } : {}),
    message: error.message,
    stack: error.stack,
    ...(error.cause instanceof Error ? { cause: error.cause.message } : {}),
  };
}
