import { Stack, Text, Title, VisuallyHidden } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { FirstOf } from "../../parts/FirstOf";
import { writeChange } from "../../parts/numbers";
import { words } from "../../words/words";
import classes from "./Contributions.module.css";

type Contribution = Schemas["Contribution"];

interface ContributionsProps {
  contributions: readonly Contribution[];
  /** Features that had no value. */
  missing: readonly string[];
  which: string;
}

const said = words.patient.contributions;
const INTERCEPT = "intercept";
const MOST = 8;
const HEIGHT = 12;

export interface NamedContribution {
  name: string;
  value: number;
}

/** Name what adds, the largest first whichever way it goes; the first entry of the answer is what every patient has. */
export function bySize(contributions: readonly Contribution[], missing: readonly string[]): NamedContribution[] {
  const nameOf = (feature: string, at: number) => {
    if (at === 0 && feature === INTERCEPT) return said.intercept;
    return missing.includes(feature) ? said.notKnown(feature) : feature;
  };
  return contributions
    .map(({ feature, contribution }, at) => ({ name: nameOf(feature, at), value: contribution }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
}

/** What each feature adds to the log-odds: a table whose last column draws it, to the left of 0 or to the right. */
export function Contributions({ contributions, missing, which }: ContributionsProps) {
  const named = bySize(contributions, missing);
  const longest = Math.max(...named.map(({ value }) => Math.abs(value))) || 1;
  const sum = contributions.reduce((all, { contribution }) => all + contribution, 0);
  return (
    <Stack gap="xs">
      <Title order={4} size="h6">
        {said.title}
      </Title>
      <Text size="sm">{said.about}</Text>
      <FirstOf items={named} most={MOST}>
        {(shown) => (
          <table className={classes.table}>
            <caption>
              <VisuallyHidden>{said.of(which)}</VisuallyHidden>
            </caption>
            <thead>
              <tr>
                <th scope="col">{said.feature}</th>
                <th scope="col" className={classes.number}>{said.adds}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {shown.map(({ name, value }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className={classes.number}>{writeChange(value)}</td>
                  <td className={classes.drawn}>
                    <Drawn share={value / longest} />
                  </td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">{said.together}</th>
                <td className={classes.number}>{writeChange(sum)}</td>
                <td />
              </tr>
            </tfoot>
          </table>
        )}
      </FirstOf>
    </Stack>
  );
}

/** A bar from the middle: -1 is all to the left, 1 all to the right. */
function Drawn({ share }: { share: number }) {
  const half = 50;
  return (
    <svg aria-hidden width="100%" height={HEIGHT} className={classes.drawing}>
      <rect className={classes.bar} x={`${half + Math.min(0, share) * half}%`} width={`${Math.abs(share) * half}%`} height={HEIGHT} />
      <line className={classes.zero} x1="50%" x2="50%" y1="0" y2={HEIGHT} />
    </svg>
  );
}
