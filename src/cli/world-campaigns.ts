import type { KnownCampaign } from '../policy/index.js';
import type { WorldConfig } from '../simulator/index.js';

/** What the campaigns of a checked world offer, as policies see it. */
export function campaignsOf(world: unknown): readonly KnownCampaign[] {
  return (world as WorldConfig).campaigns.map(({ name, dispositions }) => ({
    name,
    dispositions: dispositions.map(({ label, category, code = label, abandon }) => {
      return { label, wrapUpCategory: category, wrapUpCode: code, abandon };
    }),
  }));
}
