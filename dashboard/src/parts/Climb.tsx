import classes from "./Climb.module.css";
import { climbOf, type LadderStep, RUNGS } from "./climbing";

/** How high a hospital has come, as five steps; the words beside it say the same. */
export function Climb({ step }: { step: LadderStep }) {
  const { reached, hasEnded } = climbOf(step);
  return (
    <div className={classes.climb} aria-hidden>
      {RUNGS.map((rung, at) => (
        <span key={rung} className={`${classes.rung} ${at < reached ? (hasEnded ? classes.ended : classes.reached) : ""}`} />
      ))}
    </div>
  );
}
