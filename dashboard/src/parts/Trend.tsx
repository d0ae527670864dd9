import { Group, Text, useComputedColorScheme } from "@mantine/core";

import type { FigureProps } from "./Figure";
import { lineAt } from "./palette";
import { boundsOf, lone, pathOf } from "./trendPath";
import classes from "./Trend.module.css";

/**
 * A small picture of a few lines, drawn by hand: the first screen must not wait for a chart library three times as heavy
 * as all else that it shows.
 */
export function Trend({ title, xLabel, xs, series, write = String, height = 160 }: FigureProps) {
  const scheme = useComputedColorScheme("light");
  const bounds = boundsOf(series);
  const lookOf = (at: number) => ({
    className: classes.line,
    stroke: lineAt(at)[scheme],
    strokeDasharray: lineAt(at).dash,
  });
  if (bounds === null) return null;
  return (
    <div role="img" aria-label={title} className={classes.trend}>
      <div className={classes.ys} aria-hidden>
        <span>{write(bounds.most)}</span>
        <span>{write(bounds.least)}</span>
      </div>
      <svg className={classes.ground} height={height} width="100%" viewBox="-2 -4 104 108" preserveAspectRatio="none" aria-hidden>
        {series.map(({ name, values }, at) => (
          <g key={name}>
            <path {...lookOf(at)} d={pathOf(values, bounds)} />
            <path className={classes.dot} stroke={lineAt(at)[scheme]} d={pathOf(lone(values), bounds)} />
          </g>
        ))}
      </svg>
      <div className={classes.xs} aria-hidden>
        <span>{xs[0]}</span>
        <span>{xLabel}</span>
        <span>{xs.length > 1 ? xs[xs.length - 1] : ""}</span>
      </div>
      <Group gap="md" className={classes.legend} aria-hidden>
        {series.map(({ name }, at) => (
          <Group key={name} gap={6} wrap="nowrap">
            <svg width="28" height="8">
              <path {...lookOf(at)} d="M2 4H26" />
            </svg>
            <Text size="xs">{name}</Text>
          </Group>
        ))}
      </Group>
    </div>
  );
}
