import type { StatusMessage } from '../wire/index.js';

/** The statuses of an installation, looked up as people and servers name them: without regard to case. */
export interface StatusCatalog {
  /**
   * The status that `name` means: by id, else by systemId, else by its label (reference §7 #25). Where the user's access
   * list is known, a status on it goes before one that merely bears the name.
   */
  resolve(name: string): StatusMessage | undefined;
  find(statusId: string): StatusMessage | undefined;
  /** Whether the user may choose it: by the access list where known, else by the status itself. Unknown ids: undefined. */
  isSelectable(statusId: string): boolean | undefined;
  /** Whether the agent takes ACD work in this status; undefined for an unknown id. */
  isAcd(statusId: string): boolean | undefined;
  isAfterCallWork(statusId: string): boolean | undefined;
  /** Every status, in the server's order. */
  all(): readonly StatusMessage[];
}

const fold = (text: string): string => text.trim().toLowerCase();

/**
 * A catalog of `list`, with `access` = the ids that the user may choose, where the server told. Entries may lack any
 * member but the id: old servers send no systemId.
 */
export function createStatusCatalog(list: readonly StatusMessage[], access?: readonly string[]): StatusCatalog {
  const byId = new Map(list.map((status) => [fold(status.statusId), status]));
  const allowed = access && new Set(access.map(fold));
  const preferred = allowed ? list.filter((status) => allowed.has(fold(status.statusId))) : list;

  const named = (member: 'statusId' | 'systemId' | 'messageText', wanted: string): StatusMessage | undefined => {
    const bears = (status: StatusMessage): boolean => fold(status[member] ?? '') === wanted;
    return preferred.find(bears) ?? list.find(bears);
  };
  const find = (statusId: string): StatusMessage | undefined => byId.get(fold(statusId));

  return {
    find,
    resolve: (name) => {
      const wanted = fold(name);
      if (wanted === '') return undefined;
      return find(wanted) ?? named('systemId', wanted) ?? named('messageText', wanted);
    },
    isSelectable: (statusId) => {
      const status = find(statusId);
      if (!status) return undefined;
      return allowed ? allowed.has(fold(status.statusId)) : status.isSelectableStatus !== false;
    },
    isAcd: (statusId) => {
      const status = find(statusId);
      return status && status.isAcdStatus === true;
    },
    isAfterCallWork: (statusId) => {
      const status = find(statusId);
      return status && status.isAfterCallWorkStatus === true;
    },
    all: () => list,
  };
}
