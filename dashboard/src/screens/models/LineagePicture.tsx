import { Stack, Text } from "@mantine/core";
import { useEffect, useRef } from "react";

import type { Schemas } from "../../api/client";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { type Edge, layOut } from "./lineage";
import classes from "./LineagePicture.module.css";
import { marksOf } from "./VersionsTable";

type Version = Schemas["VersionSummary"];

const COLUMN = 96;
const LANE = 92;
const MIDDLE = { x: 44, y: 16 };
const { models: said } = words;

function pathOf({ from, to }: Edge): string {
  const end = { x: to.column * COLUMN + MIDDLE.x, y: to.lane * LANE + MIDDLE.y };
  if (from === null) return `M${Math.max(0, end.x - MIDDLE.x)} ${end.y} H${end.x}`;
  const start = { x: from.column * COLUMN + MIDDLE.x, y: from.lane * LANE + MIDDLE.y };
  if (start.y === end.y) return `M${start.x} ${start.y} H${end.x}`;
  // bends right behind the parent, so that the rest runs in the child's own lane
  const bend = start.x + COLUMN;
  return `M${start.x} ${start.y} C${start.x + COLUMN / 2} ${start.y} ${start.x + COLUMN / 2} ${end.y} ${bend} ${end.y} H${end.x}`;
}

function nodeLabel({ version, parent, hospitals, aliases, published, stale, waiting, withdrawn }: Version): string {
  const state = published ? [said.current] : stale ? [said.stale] : waiting ? [said.waits] : [];
  const from = parent === null ? said.sharedStart : said.parentLink(parent);
  return said.node(version, from, hospitals.length, [...state, ...aliases, ...marksOf({ withdrawn })].join(", "));
}

/** The newest versions as a line that branches where a rollback made it. */
export function LineagePicture({ versions, task }: { versions: readonly Version[]; task: string | undefined }) {
  const { nodes, edges, lanes } = layOut(versions);
  const scroll = useRef<HTMLDivElement>(null);
  const newest = nodes.at(-1)?.version.version;
  useEffect(() => {
    // the newest stand at the right end
    if (scroll.current) scroll.current.scrollLeft = scroll.current.scrollWidth;
  }, [newest]);
  const size = { width: nodes.length * COLUMN, height: lanes * LANE };
  return (
    <Stack gap="xs">
      <Text size="sm">{said.lineageAbout(nodes.length)}</Text>
      {/* a region that scrolls must be reachable by the keyboard */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
      <div className={classes.scroll} ref={scroll} role="group" tabIndex={0} aria-label={said.lineageLabel}>
        <div className={classes.canvas} style={size}>
          <svg className={classes.edges} aria-hidden {...size}>
            {edges.map((edge) => (
              <path
                key={edge.to.column}
                d={pathOf(edge)}
                className={edge.isCut ? `${classes.edge} ${classes.cut}` : classes.edge}
              />
            ))}
          </svg>
          <ol className={classes.nodes}>
            {nodes.map(({ version, column, lane }) => (
              <li key={version.version} style={{ left: column * COLUMN, top: lane * LANE }}>
                <WayTo
                  way={{ to: "/models/$version", params: { version: String(version.version) }, search: task === undefined ? {} : { task } }}
                  underline="never"
                  className={[classes.node, version.published && classes.current, version.waiting && classes.waiting] .filter(Boolean) .join(" ")}
                  aria-label={nodeLabel(version)}
                >
                  <span>
                    {version.version}
                    {version.published ? ` ${said.currentSign}` : ""}
                    {version.waiting ? ` ${said.waitingSign}` : ""}
                    {version.stale ? ` ${said.staleSign}` : ""}
                  </span>
                </WayTo>
                <span aria-hidden>{said.nodeHospitals(version.hospitals.length)}</span>
                {version.aliases.map((alias) => (
                  <span key={alias} aria-hidden className={classes.names} title={alias}>
                    {alias}
                  </span>
                ))}
              </li>
            ))}
          </ol>
        </div>
      </div>
      <Text size="xs">{said.legend}</Text>
    </Stack>
  );
}
