import { Text } from "@mantine/core";

import { FirstOf } from "../../parts/FirstOf";
import { Section } from "../../parts/Section";
import { Sentence } from "../../parts/Sentence";
import { WayTo } from "../../parts/Way";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { Answer } from "./Answer";
import classes from "./Answers.module.css";
import type { ToDecide } from "./matters";

const texts = words.overview;
const MOST = 6;

function Decision({ decision: { sentence, todo, way, since, until, reason, loses } }: { decision: ToDecide }) {
  return (
    <li>
      <Sentence text={sentence} parts={{ way: <WayTo way={way}>{todo}</WayTo> }} />
      <Text size="xs" component="div">
        {since ? <Sentence text={texts.since} parts={{ when: <When at={since} /> }} /> : null}
        {since && until ? " · " : null}
        {until ? <Sentence text={texts.until} parts={{ when: <When at={until} /> }} /> : null}
      </Text>
      {reason ? <Text size="xs">{texts.round.because(reason)}</Text> : null}
      {loses ? <Text size="sm">{loses}</Text> : null}
    </li>
  );
}

function answerOf(mine: number, others: number): string {
  if (mine > 0) return texts.toDecide(mine);
  return others > 0 ? texts.forTheAdmin(others) : texts.nothingToDecide;
}

/** The third question: what whoever looks must decide. */
export function Decide({ decisions, isFirst }: { decisions: readonly ToDecide[]; isFirst: boolean }) {
  const mine = decisions.filter(({ isMine }) => isMine).length + (isFirst ? 1 : 0);
  return (
    <Section title={texts.whatToDecide}>
      <Answer isCalm={mine === 0}>{answerOf(mine, decisions.length)}</Answer>
      {isFirst && (
        <Text size="sm">
          <Sentence text={texts.addHospital} parts={{ way: <WayTo way={{ to: "/hospitals/add" }}>{texts.addFirst}</WayTo> }} />
        </Text>
      )}
      {decisions.length > 0 && (
        <FirstOf items={decisions} most={MOST}>
          {(shown) => (
            <ul className={classes.list}>
              {shown.map((decision) => (
                <Decision key={decision.key} decision={decision} />
              ))}
            </ul>
          )}
        </FirstOf>
      )}
    </Section>
  );
}
