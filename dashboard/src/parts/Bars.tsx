import { Button, Group, Stack, Text } from "@mantine/core";

import { words } from "../words/words";
import classes from "./Bars.module.css";
import { saveText, toCsv } from "./csv";
import { NOTHING } from "./numbers";

export interface Bar {
  name: string;
  /** Null: there was nothing to measure. */
  value: number | null;
}

interface BarsProps {
  title: string;
  /** The head of the column of names, in the file. */
  nameLabel: string;
  bars: readonly Bar[];
  write: (value: number) => string;
  /** Says why there are no numbers, where there are none. */
  nothing: string;
}

export const MOST_BARS = 30;

/** One number of each of several, beside each other: the list is its own table, each number is written out. */
export function Bars({ title, nameLabel, bars, write, nothing }: BarsProps) {
  const values = bars.flatMap(({ value }) => (value === null ? [] : [value]));
  const least = Math.min(0, ...values);
  const width = Math.max(0, ...values) - least || 1;
  const at = (value: number) => ((value - least) / width) * 100;
  const save = () => saveText(`${title}.csv`, toCsv([nameLabel, title], bars.map(({ name, value }) => [name, value])));
  return (
    <Stack gap={6} component="figure" className={classes.figure}>
      <Group justify="space-between" wrap="nowrap">
        <Text component="figcaption" size="sm" fw={600}>
          {title}
        </Text>
        {values.length > 0 && (
          <Button size="compact-xs" variant="default" flex="none" onClick={save} aria-label={words.bars.download(title)}>
            {words.bars.csv}
          </Button>
        )}
      </Group>
      {values.length === 0 ? (
        <Text size="sm">{nothing}</Text>
      ) : (
        <ul className={classes.bars}>
          {bars.slice(0, MOST_BARS).map(({ name, value }) => (
            <li key={name}>
              <span className={classes.name} title={name}>
                {name}
              </span>
              <svg className={classes.drawing} aria-hidden height="12" width="100%">
                {value !== null && (
                  <rect
                    className={classes.bar}
                    x={`${Math.min(at(0), at(value))}%`}
                    width={`${Math.abs(at(value) - at(0))}%`}
                    height="12"
                  />
                )}
                <line className={classes.zero} x1={`${at(0)}%`} x2={`${at(0)}%`} y1="0" y2="12" />
              </svg>
              <span className={classes.value}>{value === null ? NOTHING : write(value)}</span>
            </li>
          ))}
        </ul>
      )}
      {bars.length > MOST_BARS && <Text size="xs">{words.common.capped(MOST_BARS, bars.length)}</Text>}
    </Stack>
  );
}
