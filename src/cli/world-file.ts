import { formatDiagnostics } from '../base/diagnostic.js';
import { loadDocument } from '../base/document.js';
import { UsageError } from '../base/errors.js';
import { type WorldConfig, WorldSchema } from '../simulator/index.js';
import type { Io } from './io.js';

/** Reads a world file; undefined where it is wrong, after saying so on stderr. Throws a UsageError where it cannot be read. */
export function loadWorldFile(file: string, io: Io): WorldConfig | undefined {
  let text: string;
  try {
    text = io.readFile(file);
  } catch (error) {
    throw new UsageError(`${file}: the world file cannot be read`, error);
  }
  const { value, diagnostics } = loadDocument(text, file, WorldSchema, { area: 'world', what: 'world file' });
  if (diagnostics.length > 0) io.err(`${formatDiagnostics(diagnostics, 'pretty', { color: false })}\n`);
  return value;
}
