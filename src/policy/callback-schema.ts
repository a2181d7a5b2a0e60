import { z } from 'zod';
import { durationField, textField, whenWrongType } from '../base/fields.js';

/** The callback action: its shape in a file, what it is read to. */

/** A checked callback action. Times in milliseconds. */
export interface CallbackAction {
  readonly action: 'callback';
  /** Label, wrap-up code or category; without it the first offered disposition of category Scheduled. */
  readonly label?: string;
  readonly inMs: number;
  /** `self`, `anyone` or a CIC user name. */
  readonly owner: string;
}

export const CallbackSchema = z.strictObject(
  {
    disposition: textField('a disposition label such as "No Answer"')
      .optional()
      .describe('Label, else wrap-up code, else category. Must be of category Scheduled; omitted: the first such one.'),
    in: durationField().describe('How long from now.'),
    owner: textField('self, anyone or a CIC user name')
      .optional()
      .describe(
        'Who calls back: self, anyone (default) or a CIC user. Goes to anyone where the campaign allows no owner.',
      ),
  },
  { error: whenWrongType('must be written like { disposition: Callback, in: 2h, owner: self }') },
);

export type CallbackFile = z.output<typeof CallbackSchema>;

/** The action that a file asks for. */
export function callbackOf({ disposition: label, in: inMs, owner = 'anyone' }: CallbackFile): CallbackAction {
  return { action: 'callback', ...(label === undefined ? {} : { label }), inMs, owner };
}
