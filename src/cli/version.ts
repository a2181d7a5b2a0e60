import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  name: string;
  version: string;
};

/** The version of this package. */
export const VERSION = manifest.version;

/** Name and version, as summaries and logs show them. */
export const TOOL = `${manifest.name} ${manifest.version}`;
