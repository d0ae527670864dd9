import "@mantine/charts/styles.css";

import { LineChart } from "@mantine/charts";
import { useComputedColorScheme } from "@mantine/core";
import { useReducedMotion } from "@mantine/hooks";

import type { FigureProps } from "./Figure";
import { lineAt } from "./palette";

/** The picture of a figure; a part of its own, so that whoever sees no chart loads no chart library. */
export default function Drawing({ title, xLabel, xs, series, write, height = 240 }: FigureProps) {
  const scheme = useComputedColorScheme("light");
  const reduced = useReducedMotion();
  const names = series.map((_, at) => `s${at}`);
  const data = xs.map((x, at) => ({ x, ...Object.fromEntries(series.map(({ values }, which) => [`s${which}`, values[at]])) }));
  return (
    <div role="img" aria-label={title}>
      <LineChart
        h={height}
        data={data}
        dataKey="x"
        xAxisLabel={xLabel}
        withLegend={series.length > 1}
        withDots={xs.length < 60}
        connectNulls
        curveType="linear"
        valueFormatter={write}
        yAxisProps={{ domain: ["auto", "auto"] }}
        lineProps={{ isAnimationActive: !reduced }}
        series={names.map((name, at) => ({
          name,
          label: series[at]?.name ?? name,
          color: lineAt(at)[scheme],
          strokeDasharray: lineAt(at).dash,
        }))}
      />
    </div>
  );
}
