/**
 * Whether `text` matches a glob of literal characters, `*` (any run) and `?` (any one), without regard to case.
 * Linear in the worst case that matters: it never backtracks past the last star, so no user pattern can run away.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern = glob.toLowerCase();
  const subject = text.toLowerCase();
  let p = 0;
  let s = 0;
  let star = -1;
  let resume = 0;
  while (s < subject.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = s;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === subject[s])) {
      p++;
      s++;
    } else if (star >= 0) {
      p = star + 1;
      s = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Whether `text` holds a wildcard. */
export function isGlob(text: string): boolean {
  return text.includes('*') || text.includes('?');
}
