import { VisuallyHidden } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { writeProbability } from "../../parts/numbers";
import { words } from "../../words/words";
import classes from "./Probabilities.module.css";

export const LEVELS = ["low", "medium", "high"] as const;

interface ProbabilitiesProps {
  probabilities: Schemas["Probabilities"];
  /** Whose they are. */
  which: string;
}

/** The probability of each level: a table whose last column draws it. */
export function Probabilities({ probabilities, which }: ProbabilitiesProps) {
  const said = words.patient;
  return (
    <table className={classes.table}>
      <caption>
        <VisuallyHidden>{said.probabilities(which)}</VisuallyHidden>
      </caption>
      <thead>
        <tr>
          <th scope="col">{said.level}</th>
          <th scope="col">{said.probability}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {LEVELS.map((level) => (
          <tr key={level}>
            <th scope="row">
              <span aria-hidden>{said.levelSigns[level]} </span>
              {said.levels[level]}
            </th>
            <td className={classes.number}>{writeProbability(probabilities[level])}</td>
            <td className={classes.drawn}>
              <svg aria-hidden width="100%" height="12">
                <rect className={classes.ground} width="100%" height="12" />
                <rect className={classes.bar} width={`${100 * probabilities[level]}%`} height="12" />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
