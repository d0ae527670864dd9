import { SimpleGrid } from "@mantine/core";

import { Figure } from "../../parts/Figure";
import { FirstOf } from "../../parts/FirstOf";
import { saidOf } from "../../parts/metrics";
import type { Curve } from "./metricCurves";

const MOST = 4;

interface CurvesProps {
  curves: readonly Curve[];
  titleOf: (metric: string) => string;
  xLabel: string;
}

/** A figure for each metric, the first few of them at once. */
export function Curves({ curves, titleOf, xLabel }: CurvesProps) {
  return (
    <FirstOf items={curves} most={MOST}>
      {(shown) => (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
          {shown.map(({ metric, epochs, series }) => (
            <Figure key={metric} title={titleOf(saidOf(metric))} xLabel={xLabel} xs={epochs} series={series} height={200} />
          ))}
        </SimpleGrid>
      )}
    </FirstOf>
  );
}
