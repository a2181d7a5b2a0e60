/** Something a person should see. The same problem of many agents is one entry. */
export interface Problem {
  /** When it happened last. */
  readonly at: number;
  /** Whom it happened to last. */
  readonly user: string;
  readonly code: string;
  readonly message: string;
  /** How often it happened since it entered the list. */
  readonly count: number;
}

const MOST_PROBLEMS = 20;
const LONGEST_MESSAGE = 300;

/** The last 20 different problems. */
export function problemList() {
  const problems = new Map<string, Problem>();
  return {
    add(problem: Omit<Problem, 'count'>): void {
      const message = problem.message.slice(0, LONGEST_MESSAGE);
      const key = `${problem.code}\n${message}`;
      const count = (problems.get(key)?.count ?? 0) + 1;
      problems.delete(key); // a Map keeps the order of insertion: the oldest is the first
      problems.set(key, { ...problem, message, count });
      if (problems.size <= MOST_PROBLEMS) return;
      for (const oldest of problems.keys()) {
        problems.delete(oldest);
        return;
      }
    },
    newest(): Problem[] {
      return [...problems.values()].reverse();
    },
  };
}
