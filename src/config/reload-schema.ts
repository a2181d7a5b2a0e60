import { z } from 'zod';
import { whenWrongType, yesNoField } from '../base/fields.js';

/** When the worker reads its files anew by itself; SIGHUP and POST /control/reload ask for it at any time. */
export const ReloadSchema = z
  .strictObject(
    {
      watch: yesNoField()
        .optional()
        .describe('Read this file, its policies and what they include anew when one of them changes. Default: false.'),
    },
    { error: whenWrongType('must be a map such as { watch: true }') },
  )
  .describe('Changes while the worker runs. A file with a mistake is refused, and what was in force stays.');
