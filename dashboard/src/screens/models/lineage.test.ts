import { expect, test } from "vitest";

import { layOut } from "./lineage";

const line = (...pairs: [number, number | null][]) => pairs.map(([version, parent]) => ({ version, parent }));
const lanesOf = (versions: ReturnType<typeof line>) =>
  Object.fromEntries(layOut(versions).nodes.map(({ version, lane }) => [version.version, lane]));

test("versions that follow each other are one line", () => {
  const { nodes, edges, lanes } = layOut(line([3, 2], [2, 1], [1, null]));
  expect(nodes.map(({ version, column }) => [version.version, column])).toEqual([[1, 0], [2, 1], [3, 2]]);
  expect(lanes).toBe(1);
  expect(edges).toHaveLength(2);
});

test("after a rollback the next version branches off", () => {
  expect(lanesOf(line([1, null], [2, 1], [3, 2], [4, 2], [5, 4]))).toEqual({ 1: 0, 2: 0, 3: 0, 4: 1, 5: 1 });
});

test("two that come from the shared start stand in lanes of their own", () => {
  expect(lanesOf(line([1, null], [2, null]))).toEqual({ 1: 0, 2: 1 });
});

test("no line runs through a version that it does not belong to", () => {
  const { nodes, edges } = layOut(line([1, null], [2, 1], [3, 1], [4, 2], [5, 3], [6, 1], [7, 5], [8, 4], [9, 8], [10, 6]));
  for (const { from, to } of edges) {
    if (!from) continue;
    const between = nodes.filter(({ column, lane }) => lane === to.lane && column > from.column && column < to.column);
    expect(between).toEqual([]);
  }
});

test("of very many the newest are drawn, and lines to what is not are cut", () => {
  const many = Array.from({ length: 500 }, (_, at): [number, number | null] => [at + 1, at === 0 ? null : at]);
  const { nodes, edges } = layOut(line(...many));
  expect(nodes).toHaveLength(30);
  expect(nodes[0]?.version.version).toBe(471);
  expect(edges.filter(({ isCut }) => isCut)).toHaveLength(1);
});

test("nothing is nothing", () => expect(layOut([])).toEqual({ nodes: [], edges: [], lanes: 0 }));
