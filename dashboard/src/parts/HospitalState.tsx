import { stateLook, type TileState } from "./hospitalStates";
import classes from "./HospitalState.module.css";

/** How a hospital stands: a sign and a word. */
export function HospitalState({ state }: { state: TileState }) {
  const { sign, label } = stateLook(state);
  return (
    <span className={`${classes.state} ${classes[state]}`}>
      <span aria-hidden className={classes.sign}>
        {sign}
      </span>
      {label}
    </span>
  );
}
