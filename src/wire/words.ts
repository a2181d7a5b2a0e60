/** Media type of requests and answers (reference §1.1). Compare case-insensitively and ignore parameters. */
export const ICWS_MEDIA_TYPE = 'application/vnd.inin.icws+JSON';

/** Header that repeats the session id on the 201 of the log-in (reference §1.1). */
export const SESSION_ID_HEADER = 'ININ-ICWS-Session-ID';

/** Header that every session request carries, message retrieval excepted (reference §1.1). */
export const CSRF_TOKEN_HEADER = 'ININ-ICWS-CSRF-Token';

/** The one label that skips a preview; it need not be among the pop's dispositions (reference §4.7). */
export const SKIP_LABEL = 'Skipped - Agent Skip';

/** The wrap-up category that admits a scheduledTime (reference §6.5). */
export const SCHEDULED_CATEGORY = 'Scheduled';
