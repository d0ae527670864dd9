import { Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

import { words } from "../words/words";
import { saveText, toCsv } from "./csv";
import { DataTable } from "./DataTable";
import { InView } from "./InView";
import { Loading } from "./States";
import { Trend } from "./Trend";
import { NOTHING } from "./numbers";

const Drawing = lazy(() => import("./Drawing"));

export interface Series {
  name: string;
  /** By the place in `xs`; null: there was nothing to measure. */
  values: readonly (number | null)[];
}

export interface FigureProps {
  title: string;
  xLabel: string;
  xs: readonly (string | number)[];
  series: readonly Series[];
  /** How a value is written. */
  write?: (value: number) => string;
  height?: number;
  /** Drawn at once and by hand, for a screen that must not wait for the chart library. */
  isSmall?: boolean;
}

export const MOST_DRAWN = 8;

const writeShort = (value: number) => value.toPrecision(4).replace(/\.?0+$/, "");

/** Lines over a common axis, with the same as a table and as a file: who can't see the picture misses nothing. */
export function Figure(props: FigureProps) {
  const { title, xLabel, xs, series, write = writeShort, height = 240, isSmall = false } = props;
  const drawn = series.slice(0, MOST_DRAWN);
  const [isTable, setIsTable] = useState(false);
  if (xs.length === 0 || series.length === 0) return <Text c="dimmed">{words.common.nothingToDraw}</Text>;
  const rows = xs.map((x, at) => ({ x, values: series.map(({ values }) => values[at] ?? null) }));
  const save = () => {
    const head = [xLabel, ...series.map(({ name }) => name)];
    saveText(`${title}.csv`, toCsv(head, rows.map(({ x, values }) => [x, ...values])));
  };
  return (
    <Stack gap="xs" component="figure" m={0}>
      <Group justify="space-between">
        <Text component="figcaption" size="sm" fw={600}>
          {title}
        </Text>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={title}
            value={isTable ? "table" : "chart"}
            onChange={(value) => setIsTable(value === "table")}
            data={[
              { value: "chart", label: words.common.chart },
              { value: "table", label: words.common.table },
            ]}
          />
          <Button size="compact-xs" variant="default" onClick={save} aria-label={`${words.common.download}: ${title}`}>
            {words.common.download}
          </Button>
        </Group>
      </Group>
      {isTable ? (
        <DataTable
          caption={title}
          rows={rows}
          columns={[
            { id: "x", header: xLabel, accessorFn: ({ x }) => x },
            ...series.map(({ name }, at) => ({
              id: String(at),
              header: name,
              accessorFn: ({ values }: (typeof rows)[number]) => values[at] ?? undefined,
              cell: ({ getValue }: { getValue: () => unknown }) => {
                const value = getValue();
                return typeof value === "number" ? write(value) : NOTHING;
              },
            })),
          ]}
        />
      ) : isSmall ? (
        <Trend {...props} write={write} series={drawn} />
      ) : (
        <InView height={height}>
          <Suspense fallback={<Loading />}>
            <Drawing {...props} height={height} write={write} series={drawn} />
          </Suspense>
        </InView>
      )}
      {!isTable && series.length > MOST_DRAWN ? (
        <Text size="xs" c="dimmed">
          {words.common.capped(MOST_DRAWN, series.length)}
        </Text>
      ) : null}
    </Stack>
  );
}
