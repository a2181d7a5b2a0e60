/** Exit codes (design §5), in words. Where several apply, the first of this order wins. */
export const EXIT = {
  killed: 130,
  usage: 2,
  refused: 3,
  failed: 1,
  invalid: 5,
  threshold: 4,
  done: 0,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
