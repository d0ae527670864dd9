import { Badge, Group, Stack, Text } from "@mantine/core";

import type { Schemas } from "../api/client";
import { words } from "../words/words";
import { BulletBar } from "./BulletBar";
import { keeps, measuresIn } from "./measure";
import { NOTHING, writeNumber } from "./numbers";
import classes from "./Checks.module.css";

type Check = Schemas["Check"];

/** What the gate looked at: as a bar where seen and bound are numbers, and in words always. */
export function Checks({ checks, label }: { checks: readonly Check[]; label: string }) {
  if (checks.length === 0) return <Text size="sm">{words.checks.none}</Text>;
  return (
    <ul className={classes.checks} aria-label={label}>
      {checks.map((check, at) => (
        <li key={at}>
          <CheckView check={check} />
        </li>
      ))}
    </ul>
  );
}

function CheckView({ check }: { check: Check }) {
  const { name, passed, seen, bound, sentence } = check;
  const measures = measuresIn(seen, bound);
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Badge variant="outline" color={passed ? "green" : "red"} className={passed ? classes.passed : classes.failed}>
          <span aria-hidden>{passed ? "✓ " : "✕ "}</span>
          {passed ? words.common.passed : words.common.notPassed}
        </Badge>
        <Text fw={600} size="sm" className={classes.name}>
          {words.checks.names[name] ?? name}
        </Text>
      </Group>
      <Text size="sm" className={classes.sentence}>
        {sentence}
      </Text>
      {measures.map((measure, at) => {
        const write = { seen: writeNumber(measure.seen), bound: writeNumber(measure.bound) };
        const label = measure.side === "most" ? words.checks.atMost(write) : words.checks.atLeast(write);
        return (
          <BulletBar
            key={at}
            seen={measure.seen}
            bound={measure.bound}
            passed={passed || keeps(measure)}
            label={words.checks.bar(words.checks.names[name] ?? name, label)}
          />
        );
      })}
      {seen === "" && bound === "" ? null : (
        <dl className={classes.texts}>
          <dt>{words.common.seen}</dt>
          <dd>{seen === "" ? NOTHING : seen}</dd>
          <dt>{words.common.bound}</dt>
          <dd>{bound === "" ? NOTHING : bound}</dd>
        </dl>
      )}
    </Stack>
  );
}
