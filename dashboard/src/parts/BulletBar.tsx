import classes from "./BulletBar.module.css";

interface BulletBarProps {
  seen: number;
  bound: number;
  passed: boolean;
  /** All of it in words, for who doesn't see the bar. */
  label: string;
}

const ROOM = 1.15;

/** Where zero, what was seen and the bound lie from left to right, each from 0 to 100. */
export function placesIn(seen: number, bound: number): { zero: number; seen: number; bound: number } {
  const least = Math.min(0, seen, bound) * ROOM;
  const most = Math.max(0, seen, bound) * ROOM;
  const width = most - least || 1;
  const at = (value: number) => ((value - least) / width) * 100;
  return { zero: at(0), seen: at(seen), bound: at(bound) };
}

/** Where a number lies against its bound: a bar from zero to what was seen, a line where the bound is. */
export function BulletBar({ seen, bound, passed, label }: BulletBarProps) {
  const at = placesIn(seen, bound);
  const percent = (value: number) => `${value}%`;
  return (
    <svg className={classes.bar} role="img" aria-label={label} height="14" width="100%">
      <rect className={classes.ground} width="100%" height="14" />
      <rect
        className={passed ? classes.good : classes.bad}
        x={percent(Math.min(at.zero, at.seen))}
        width={percent(Math.abs(at.seen - at.zero))}
        y="3"
        height="8"
      />
      <line className={classes.bound} x1={percent(at.bound)} x2={percent(at.bound)} y1="0" y2="14" />
    </svg>
  );
}
