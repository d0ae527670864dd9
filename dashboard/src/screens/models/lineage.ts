import type { Schemas } from "../../api/client";

type Version = Pick<Schemas["VersionSummary"], "version" | "parent">;

export interface Node<T extends Version> {
  version: T;
  /** From left to right, oldest first. */
  column: number;
  /** From top to bottom. */
  lane: number;
}

export interface Edge {
  from: { column: number; lane: number } | null;
  to: { column: number; lane: number };
  /** Whether the parent is older than what is drawn. */
  isCut: boolean;
}

export interface Layout<T extends Version> {
  nodes: Node<T>[];
  edges: Edge[];
  lanes: number;
}

export const MOST_DRAWN = 30;

/**
 * Place the newest versions along a line, in the order in which they were made. A version goes on in its parent's lane;
 * a further one with the same parent takes a lane of its own, so that a rollback shows as a branch.
 */
export function layOut<T extends Version>(versions: readonly T[], most = MOST_DRAWN): Layout<T> {
  const drawn = [...versions].sort((one, other) => one.version - other.version).slice(-most);
  const placed = new Map<number, Node<T>>();
  const tips: number[] = []; // of each lane, the column of its last version
  const edges: Edge[] = [];
  for (const [column, version] of drawn.entries()) {
    const parent = version.parent === null ? undefined : placed.get(version.parent);
    const lane = laneFor(parent, tips);
    tips[lane] = column;
    const node = { version, column, lane };
    placed.set(version.version, node);
    if (parent) edges.push({ from: parent, to: node, isCut: false });
    else if (version.parent !== null) edges.push({ from: null, to: node, isCut: true });
  }
  return { nodes: [...placed.values()], edges, lanes: tips.length };
}

function laneFor(parent: { column: number; lane: number } | undefined, tips: readonly number[]): number {
  const start = parent?.column ?? -1;
  if (parent && tips[parent.lane] === parent.column) return parent.lane;
  // a lane is free where nothing stands in it from the parent on
  const free = tips.findIndex((tip) => tip < start);
  return free < 0 ? tips.length : free;
}
