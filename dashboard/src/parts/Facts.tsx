import type { ReactNode } from "react";

import classes from "./Facts.module.css";

/** Names with their values; on a narrow screen each value under its name. What is null is left out. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode] | null)[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact[0]} className={classes.fact}>
              <dt className={classes.name}>{fact[0]}</dt>
              <dd className={classes.value}>{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
