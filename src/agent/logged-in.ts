import { and, not, or } from 'xstate';
import { answers, isAwaited } from './answer.js';
import { acdAgain, atWork, broughtToBreak, hearsOfBreaks, personActs, takes } from './at-work.js';
import type { Vocabulary } from './vocabulary.js';

/** Refused for good: only an administrator can mend it. */
const givesUp = { target: '#leaving', actions: ['give up for good', 'close the session'] } as const;

/** The Dialer log-in is accepted; what is still missing before calls can come is brought about here. */
export function loggedIn(words: Vocabulary) {
  return words.createStateConfig({
    id: 'logged-in',
    initial: 'settling',
    on: {
      ...atWork,
      'call.popped': takes('take the pop'),
      'break.asked': [
        { guard: or(['a break is wanted', 'a person set the status', 'a log-off was asked for']) },
        {
          guard: or(['a call is open', not('it is logged in to Dialer')]),
          actions: 'remember the break',
        },
        { target: '#break-pending.idle', actions: 'request the break' },
      ],
      'break.status': broughtToBreak,
    },
    states: {
      settling: settling(words),
      choosing: words.createStateConfig({
        on: { 'campaigns.changed': { target: 'settling', actions: 'note the campaigns' } },
        after: { 'campaigns do not come': { target: 'enlisting', actions: 'enlist' } },
      }),
      enlisting: words.createStateConfig({
        on: {
          'campaigns.enlisted': { guard: answers('enlist'), target: 'settling', actions: 'note the enlisting' },
          'campaigns.enlist-failed': [
            { guard: and([answers('enlist'), 'it is final']), ...givesUp },
            {
              guard: answers('enlist'),
              target: 'resting',
              actions: ['complain about the enlisting', 'wait before the next try'],
            },
          ],
        },
      }),
      'no-campaign': words.createStateConfig({
        on: {
          'campaigns.changed': [
            { guard: 'campaigns are left', target: 'settling', actions: 'note the campaigns' },
            { actions: 'note the campaigns' },
          ],
          'campaigns.auto-login': { target: 'settling', actions: 'note the return' },
          'campaigns.enlisted': { guard: answers('enlist'), target: 'settling', actions: 'note the enlisting' },
        },
        after: { 'nothing is offered': { actions: 'warn of no campaign' } },
      }),
      /** A call is open from before a lost session: its pop may come again (rules 5 and 7). */
      recovering: words.createStateConfig({
        after: {
          'no pop comes again': [
            ...takes('send what never left').map((way) => ({
              ...way,
              guard: 'guard' in way ? and(['it never left', way.guard]) : ('it never left' as const),
            })),
            { target: 'settling', actions: 'close as not popped again' },
          ],
        },
      }),
      ...availing(words),
      ...linking(words),
    },
  });
}

/** What is still missing before the agent can be ready? */
function settling(words: Vocabulary) {
  return words.createStateConfig({
    always: [
      ...takes('take the waiting pop').map((way) => ({
        ...way,
        guard: 'guard' in way ? and(['a pop waits', way.guard]) : ('a pop waits' as const),
      })),
      { guard: 'the link is down', target: 'unlinked' },
      { guard: and(['it was taken out of Dialer', not('a call is open')]), target: '#removed' },
      { guard: and([not('it is logged in to Dialer'), 'the log-in is under way']), target: 'relinking' },
      { guard: not('it is logged in to Dialer'), target: 'relinking', actions: 'log in to Dialer again' },
      {
        guard: and(['a log-off was asked for', not('a call is open')]),
        target: '#logoff-pending.idle',
        actions: 'request what is owed',
      },
      {
        guard: and(['a call is open', or(['there is no campaign to join', 'it was taken out of Dialer'])]),
        target: 'recovering',
      },
      { guard: 'there is no campaign to join', target: 'no-campaign' },
      { guard: and(['it is to enlist', 'an enlisting is under way']), target: 'enlisting' },
      { guard: and(['it is to enlist', 'the campaigns are known']), target: 'enlisting', actions: 'enlist' },
      { guard: 'it is to enlist', target: 'choosing' },
      { guard: 'a call is open', target: 'recovering' },
      { guard: 'nothing is left of the break', actions: 'end the break' },
      { guard: 'a break is granted', target: '#on-break', actions: 'set the break status' },
      {
        guard: 'a break of ours is not granted yet',
        target: '#break-pending.idle',
        actions: 'request what is owed',
      },
      { guard: or(['a break is wanted', 'a person set the status']), target: 'deferring' },
      { guard: 'an ACD call is live', target: '#ready' },
      { target: 'availing', actions: 'set Available' },
    ],
  });
}

/** Available: set and awaited, rested for, or left to a person. */
function availing(words: Vocabulary) {
  return {
    availing: words.createStateConfig({
      on: {
        'available.confirmed': { guard: isAwaited, target: '#ready', actions: 'note that Available is in force' },
        'available.refused': [
          {
            guard: and([isAwaited, 'Available was refused thrice']),
            target: '#logoff-pending.idle',
            actions: ['leave for want of Available', 'request what is owed'],
          },
          { guard: isAwaited, target: 'resting', actions: 'count the refusal of Available' },
        ],
        'status.seen': personActs,
      },
    }),
    /** A pause before the next try. */
    resting: words.createStateConfig({
      on: {
        'status.seen': [
          ...personActs,
          {
            guard: { type: 'the status is', params: 'not-answering' },
            target: 'resting',
            reenter: true,
            actions: 'count the missed call',
          },
          {
            guard: and([acdAgain, 'only Available is missing']),
            target: '#ready',
            actions: 'note that Available is in force',
          },
        ],
      },
      after: { 'the pause ends': 'settling' },
    }),
    /** A person's status is in force: Available is not ours to set. */
    deferring: words.createStateConfig({
      on: {
        'status.seen': [
          {
            guard: and([acdAgain, 'only Available is missing']),
            target: '#ready',
            actions: ['note the end of the break', 'note that Available is in force'],
          },
          {
            guard: acdAgain,
            target: 'settling',
            actions: ['note the end of the break', 'note that the person is done'],
          },
        ],
        'break.status': [
          {
            guard: 'the break of a person is over',
            target: 'settling',
            actions: 'note the end of the break',
          },
          ...broughtToBreak,
        ],
      },
    }),
  };
}

/** The link between ICWS and the Dialer server: lost, and logged in over again. */
function linking(words: Vocabulary) {
  return {
    /** Nothing can be asked of Dialer. */
    unlinked: words.createStateConfig({
      on: {
        'link.up': { target: 'relinking', actions: ['note the link', 'log in to Dialer again'] },
        'link.down': {},
        'break.status': hearsOfBreaks,
      },
    }),
    relinking: words.createStateConfig({
      on: {
        'break.status': hearsOfBreaks,
        'dialer.logged-in': { guard: answers('relog'), target: 'settling', actions: 'note the Dialer log-in' },
        'dialer.log-in-failed': [
          { guard: and([answers('relog'), 'it is final']), ...givesUp },
          {
            guard: and([answers('relog'), 'the session is worth keeping']),
            target: 'resting',
            actions: ['note the failed log-in', 'wait before the next try'],
          },
          { guard: answers('relog'), target: '#waiting', actions: ['fall back', 'ask for a turn'] },
        ],
      },
    }),
  };
}
