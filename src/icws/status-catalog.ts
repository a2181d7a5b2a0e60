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
  /** All that the status is called, in lower case: id, systemId and label. Of an unknown one, the id. */
  wordsOf(statusId: string): readonly string[];
  /** Every status, in the server's order. */
  all(): readonly StatusMessage[];
}

const fold = (text: string): string => text.trim().toLowerCase();

/** Makes a catalog of `list`, with `access` = the ids that the user may choose, where the server told. */
export type StatusCatalogs = (list: readonly StatusMessage[], access?: readonly string[]) => StatusCatalog;

/**
 * Catalogs for many sessions of one server: those who are told the same statuses share one, for a catalog of twenty
 * statuses is a third of an agent's memory. Past `most` different ones, sessions get their own.
 */
export function sharedStatusCatalogs(most = 20): StatusCatalogs {
  const catalogs = new Map<string, StatusCatalog>();
  return (list, access) => {
    const key = JSON.stringify([list, access]);
    const catalog = catalogs.get(key) ?? createStatusCatalog(list, access);
    if (catalogs.size < most) catalogs.set(key, catalog);
    return catalog;
  };
}

/** A catalog. Entries of `list` may lack any member but the id: old servers send no systemId. */
export function createStatusCatalog(list: readonly StatusMessage[], access?: readonly string[]): StatusCatalog {
  const byId = new Map(list.map((status) => [fold(status.statusId), status]));
  const words = new Map([...byId].map(([id, status]) => [id, wordsOf(status)]));
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
    wordsOf: (statusId) => words.get(fold(statusId)) ?? [fold(statusId)],
    all: () => list,
  };
}

function wordsOf({ statusId, systemId, messageText }: Partial<StatusMessage>): string[] {
  return [statusId, systemId, messageText].flatMap((word) => (word ? [word.toLowerCase()] : []));
}
