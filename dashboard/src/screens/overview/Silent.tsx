import { Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { FirstOf } from "../../parts/FirstOf";
import { countStates } from "../../parts/hospitalStates";
import { Section } from "../../parts/Section";
import { Sentence } from "../../parts/Sentence";
import { wayToHospital, WayTo } from "../../parts/Way";
import { span } from "../../parts/When";
import { words } from "../../words/words";
import { Answer } from "./Answer";
import classes from "./Answers.module.css";

type Tile = Schemas["HospitalTile"];

const texts = words.overview;
const MOST = 6;

interface SilentProps {
  tiles: readonly Tile[];
  silentAfter: number;
  /** The director's time now, in milliseconds. */
  now: number;
}

function templateOf({ last_seen_at, awaited_in }: Tile, now: number): string {
  if (last_seen_at === null) return texts.neverSeen;
  const passed = span((now - Date.parse(last_seen_at)) / 1000);
  return awaited_in.length > 0 ? texts.awaitedToo(passed) : texts.notSeenFor(passed);
}

function answerOf(counts: Record<string, number>): string {
  const { silent = 0, in_touch: inTouch = 0, enrolled = 0 } = counts;
  if (silent > 0) return texts.someSilent(silent, counts[""] ?? 0);
  return inTouch === 0 && enrolled > 0 ? texts.noneJoined(enrolled) : texts.nobodySilent(inTouch);
}

function Counted({ tiles, silentAfter, now }: SilentProps) {
  const counts = countStates(tiles);
  const silent = tiles.filter(({ state }) => state === "silent");
  const { enrolled = 0, disabled = 0 } = counts;
  return (
    <>
      <Answer isCalm={silent.length === 0}>{answerOf(counts)}</Answer>
      {silent.length > 0 && (
        <FirstOf items={silent} most={MOST}>
          {(shown) => (
            <ul className={classes.list}>
              {shown.map((tile) => (
                <li key={tile.envoy_name} className={classes.bad}>
                  <Sentence
                    text={templateOf(tile, now)}
                    parts={{ hospital: <WayTo way={wayToHospital(tile.envoy_name)}>{tile.envoy_name}</WayTo> }}
                  />
                </li>
              ))}
            </ul>
          )}
        </FirstOf>
      )}
      {enrolled > 0 && <Text size="sm">{texts.notJoined(enrolled)}</Text>}
      {disabled > 0 && <Text size="sm">{texts.disabledOnes(disabled)}</Text>}
      <Text size="xs">{texts.silentAfter(span(silentAfter))}</Text>
    </>
  );
}

/** The first question: who is silent. */
export function Silent(props: SilentProps) {
  const { tiles } = props;
  const isTold = tiles.some(({ state }) => state !== null);
  return (
    <Section title={texts.whoIsSilent}>
      {tiles.length === 0 ? <Answer isCalm>{texts.noHospitalsYet}</Answer> : isTold ? <Counted {...props} /> : <Text size="sm">{texts.notToldWho}</Text>}
    </Section>
  );
}
