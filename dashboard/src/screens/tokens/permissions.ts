import type { Schemas } from "../../api/client";

export type Operation = Schemas["Operation"];

/** Give the operations by their tags, in the order of the director's routes; of a role alone where one is named. */
export function byTag(operations: readonly Operation[], role: string | undefined): Map<string, Operation[]> {
  const groups = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (role !== undefined && !mayDo(operation, role)) continue;
    groups.set(operation.tag, [...(groups.get(operation.tag) ?? []), operation]);
  }
  return groups;
}

/** Tell whether a role may do an operation; what is open to anybody, every role may. */
export function mayDo({ roles }: Operation, role: string): boolean {
  return roles === null || roles.some((each) => each === role);
}
