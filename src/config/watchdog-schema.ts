import { z } from 'zod';
import { positiveDurationField, whenWrongType } from '../base/fields.js';

/** The shape of `watchdog:` as it is written (design §6). */
export const WatchdogSchema = z
  .strictObject(
    {
      stuck: positiveDurationField()
        .optional()
        .describe('An agent without progress for so long, in a state that should move, is restarted. Default: 5m.'),
    },
    { error: whenWrongType('must be a map such as { stuck: 5m }') },
  )
  .describe('Sets agents going again that are stuck.');
