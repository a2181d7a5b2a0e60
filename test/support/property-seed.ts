/**
 * In CI property tests draw from one seed, so that a run is red only for what the change did. Elsewhere each run draws anew, and
 * a failure prints the seed and path that repeat it.
 */
if (process.env.CI) {
  const { configureGlobal } = await import('fast-check');
  configureGlobal({ seed: 20_261_126 });
}

export {};
