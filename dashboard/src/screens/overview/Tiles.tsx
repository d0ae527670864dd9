import { Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Chips } from "../../parts/Chips";
import { FirstOf } from "../../parts/FirstOf";
import { HospitalState } from "../../parts/HospitalState";
import { byUrgency } from "../../parts/hospitalStates";
import { Section } from "../../parts/Section";
import { Sentence } from "../../parts/Sentence";
import { Empty } from "../../parts/States";
import { wayToHospital, WayLink, WayTo } from "../../parts/Way";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { stateChips } from "../hospitals/stateChips";
import classes from "./Tiles.module.css";

type Tile = Schemas["HospitalTile"];

const texts = words.overview;
const MOST = 24;

function TileLink({ tile: { envoy_name, state, version, stale, last_seen_at, awaited_in } }: { tile: Tile }) {
  return (
    <WayLink {...wayToHospital(envoy_name)} className={`${classes.tile} ${state === "silent" ? classes.silent : ""}`}>
      <span className={classes.name}>{envoy_name}</span>
      {state !== null && <HospitalState state={state} />}
      <span>{version === null ? texts.noVersion : texts.version(version, stale)}</span>
      {last_seen_at !== null && (
        <span>
          <Sentence text={texts.seen} parts={{ when: <When at={last_seen_at} /> }} />
        </span>
      )}
      {awaited_in.length > 0 && <b>{texts.awaitedIn}</b>}
    </WayLink>
  );
}

interface TilesProps {
  tiles: readonly Tile[];
  state: string;
  onState: (state: string) => void;
  mayAdd: boolean;
}

/** All hospitals as tiles, the silent first; filtered by state. */
export function Tiles({ tiles, state, onState, mayAdd }: TilesProps) {
  const shown = byUrgency(tiles.filter((tile) => state === "" || tile.state === state));
  return (
    <Section title={texts.hospitals} actions={<WayTo way={{ to: "/hospitals" }}>{texts.toHospitals}</WayTo>}>
      {tiles.length === 0 ? (
        <Empty action={mayAdd && <WayTo way={{ to: "/hospitals/add" }}>{texts.addFirst}</WayTo>}>{texts.noHospitals}</Empty>
      ) : (
        <>
          {tiles.some((tile) => tile.state !== null) && (
            <Chips label={texts.byState} chips={stateChips(tiles)} value={state} onChoose={onState} />
          )}
          {shown.length === 0 ? <Text size="sm">{words.common.nobodyFound}</Text> : null}
          <FirstOf items={shown} most={MOST}>
            {(some) => (
              <ul className={classes.tiles}>
                {some.map((tile) => (
                  <li key={tile.envoy_name}>
                    <TileLink tile={tile} />
                  </li>
                ))}
              </ul>
            )}
          </FirstOf>
        </>
      )}
    </Section>
  );
}
