import type { IcwsMessage } from '../wire/index.js';

/** A number that no enumeration of the reference has. */
const UNKNOWN = 4_711;
/** Members that no schema of the reference has. */
export const NOVELTY = { novelty: { level: UNKNOWN, words: ['a later version', 'of the server'] } };

/** A message of a type that nobody knows, then the real one. */
export function withUnknownMessage(message: IcwsMessage): object[] {
  return [{ __type: 'urn:inin.com:dialer:noveltyMessage', isDelta: false, ...NOVELTY }, message];
}

/** The message with members that nobody knows, in itself and in its call. */
export function withUnknownFields(message: IcwsMessage): object[] {
  const call = 'call' in message ? { call: { ...message.call, ...NOVELTY } } : {};
  return [{ ...message, ...call, ...NOVELTY }];
}

/**
 * The message with numbers that nobody knows, where they change nothing that a client has to know; of a break status,
 * which it does, an unknown one follows the real one. Undefined for a message without such numbers.
 */
export function withUnknownEnums(message: IcwsMessage): object[] | undefined {
  switch (message.__type) {
    case 'urn:inin.com:dialer:dataPopMessage':
      return [{ ...message, call: { ...message.call, dialingMode: UNKNOWN } }];
    case 'urn:inin.com:dialer:availableCampaignsMessage': {
      const campaignsAdded = message.campaignsAdded?.map((campaign) => ({
        ...campaign,
        status: [...(campaign.status ?? []), UNKNOWN],
        campaignType: UNKNOWN,
      }));
      return [{ ...message, ...(campaignsAdded && { campaignsAdded }) }];
    }
    case 'urn:inin.com:dialer:breakStatusMessage':
      return [message, { ...message, breakStatus: UNKNOWN }];
    default:
      return undefined;
  }
}
