/** Whether a person is at work: what the page fetches by itself must not keep a session alive. */

const STILL_AT_WORK_MS = 60_000;

let lastTouch = Date.now();

export function watchActivity(target: EventTarget = window): void {
  const note = () => {
    lastTouch = Date.now();
  };
  for (const kind of ["pointerdown", "keydown", "touchstart"]) {
    target.addEventListener(kind, note, { passive: true });
  }
}

export function isAtWork(now = Date.now()): boolean {
  return now - lastTouch < STILL_AT_WORK_MS;
}
