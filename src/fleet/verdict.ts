import type { Verdict } from '../agent/events.js';
import type { Answer } from '../icws/answer.js';

/** What an answer means to an agent (reference §1.7, §6.11). */
export function verdictOf(answer: Answer): Exclude<Verdict, 'moot' | 'granted'> {
  switch (answer.kind) {
    case 'ok':
      return 'ok';
    case 'lost':
      return answer.sent ? 'lost' : 'unsent';
    case 'refused':
      if (answer.status === 404) return 'gone';
      if (answer.status === 403 || answer.status === 410) return 'forbidden';
      if (answer.status === 408 || answer.status === 429 || answer.status >= 500) return 'unavailable';
      // A 401 means that the session is gone: the request was not carried out.
      return answer.status === 401 ? 'unsent' : 'refused';
  }
}

/** The stable name of what went wrong, for problems and back-off; `ok` answers have none. */
export function codeOf(answer: Answer): string {
  return answer.kind === 'ok' ? 'ok' : answer.error.code;
}
