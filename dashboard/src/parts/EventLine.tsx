import { Text } from "@mantine/core";

import { words } from "../words/words";
import classes from "./EventLine.module.css";
import { Sentence } from "./Sentence";
import { detailsOf, didWhat, type ToldAct, whoDid, wayToSubject } from "./told";
import { WayTo } from "./Way";
import { When } from "./When";

function templateOf(who: string | null, what: string | null): string {
  const { byWhom, byWhomAll, nobodyTold, nobodyToldAll } = words.events;
  if (who === null) return what === null ? nobodyToldAll : nobodyTold;
  return what === null ? byWhomAll : byWhom;
}

/** One act as a line that a person reads: who did what to which subject, what else is known, when. */
export function EventLine({ told }: { told: ToldAct }) {
  const who = whoDid(told);
  const { did, what } = didWhat(told);
  const way = wayToSubject(told);
  const details = detailsOf(told);
  return (
    <Text size="sm" component="div" className={classes.line}>
      <span className={classes.text}>
        <Sentence
          text={templateOf(who, what)}
          parts={{
            who: <b>{who}</b>,
            did: what === null ? did.replace(/:$/, "") : did,
            what: way ? <WayTo way={way}>{what}</WayTo> : what,
          }}
        />
      </span>
      {details.length > 0 && <> ({details.join("; ")})</>}{" "}
      <span className={classes.time}>
        · <When at={told.at} />
      </span>
    </Text>
  );
}
