import { Option } from 'commander';
import { UsageError } from '../base/errors.js';

/** A flag with its environment variable: `--log-level` is DIALER_AGENT_LOG_LEVEL. */
export function flag(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.env(`DIALER_AGENT_${option.name().replace(/^no-/, 'NO_').replaceAll('-', '_').toUpperCase()}`);
}

/** For `argParser`: every use of the flag adds one value. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** A flag's whole number from `least` to `most`; throws a UsageError at anything else. */
export function wholeNumber(text: string, name: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && value >= least && value <= most) return value;
  const bounds = most === Number.MAX_SAFE_INTEGER ? `, ${least} or more` : ` from ${least} to ${most}`;
  throw new UsageError(`${name} must be a whole number${bounds}, not "${text}"`);
}
