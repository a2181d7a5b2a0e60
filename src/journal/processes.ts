import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from './errors.js';

/** What the lock of a journal knows of processes. */
export interface Processes {
  /** Our own. */
  readonly pid: number;
  /** Names the machine, its boot and its pid namespace: only within one of these does a pid mean anything. */
  readonly place: string;
  /** Tells process `pid` from any other that had or will have the number; null where there is none (any more). */
  lifeOf(pid: number): string | null;
}

/**
 * The processes of this machine. On Linux the start time tells two lives of one pid apart; elsewhere a pid alone must do.
 * `self` is node's `process`.
 */
export function nodeProcesses(self: { readonly pid: number; kill(pid: number, signal: 0): unknown }): Processes {
  return {
    pid: self.pid,
    place: [hostname(), read('/proc/sys/kernel/random/boot_id'), linkOf('/proc/self/ns/pid')].join(' '),
    lifeOf: (pid) => {
      const stat = statOf(pid);
      if (stat) return stat.isDead ? null : stat.startedAt;
      try {
        self.kill(pid, 0);
        return '';
      } catch (error) {
        return systemCode(error) === 'EPERM' ? '' : null;
      }
    },
  };
}

/** proc(5): the name in brackets may hold anything, so count from its last bracket; state is field 3, start time 22. */
function statOf(pid: number): { isDead: boolean; startedAt: string } | undefined {
  const text = read(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const startedAt = fields[19];
  return startedAt === undefined ? undefined : { isDead: fields[0] === 'Z' || fields[0] === 'X', startedAt };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
