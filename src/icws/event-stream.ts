import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';

/** Longest unfinished event, in characters. Past it the stream is not worth reading on. */
const LARGEST_EVENT = 8 * 1024 * 1024;

export interface EventStreamHandler {
  /** The data of one event of type `message`, lines joined, never empty. */
  onData(data: string): void;
  /** The server's wish for the pause before a re-open, in milliseconds. */
  onRetry(ms: number): void;
  /** An event grew beyond every bound; feed nothing more. */
  onOverflow(): void;
}

/** Reads server-sent events from bytes cut anywhere (W3C rules, reference §2.2). One per stream. */
export interface EventStreamDecoder {
  feed(chunk: Uint8Array): void;
  /** The id of the last event that bore one, for Last-Event-ID. */
  readonly lastEventId: string | undefined;
}

export function createEventStreamDecoder(handler: EventStreamHandler): EventStreamDecoder {
  const decoder = new StringDecoder('utf8');
  let isFirst = true;
  let endsInCr = false;
  let isOver = false;
  let lastEventId: string | undefined;
  const parser = createParser({
    maxBufferSize: LARGEST_EVENT,
    onEvent: ({ data, event, id }) => {
      if (id !== undefined) lastEventId = id;
      if (data !== '' && (event === undefined || event === 'message')) handler.onData(data);
    },
    onRetry: handler.onRetry,
    onError: ({ type }) => {
      if (type !== 'max-buffer-size-exceeded') return;
      isOver = true;
      handler.onOverflow();
    },
  });
  return {
    feed: (chunk) => {
      if (isOver) return;
      let text = decoder.write(chunk);
      if (text === '') return;
      // The parser knows a byte-order mark only as raw bytes.
      if (isFirst && text.startsWith('\uFEFF')) text = text.slice(1);
      isFirst = false;
      // A CR at the end of a chunk is a line end already; an LF that follows belongs to it. The parser would wait for it.
      if (endsInCr && text.startsWith('\n')) text = text.slice(1);
      endsInCr = text === '' ? endsInCr : text.endsWith('\r');
      if (text !== '') parser.feed(endsInCr ? `${text}\n` : text);
    },
    get lastEventId() {
      return lastEventId;
    },
  };
}
