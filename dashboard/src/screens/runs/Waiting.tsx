import { ToVersion } from "../../parts/links";
import { words } from "../../words/words";
import type { Wait } from "./waits";

/** What a run waits for, in a sentence. */
export function Waiting({ task, wait }: { task: string; wait: Wait }) {
  const said = words.runs.waitsFor;
  switch (wait.for) {
    case "answers":
    case "updates":
      return <>{said[wait.for](wait.names)}</>;
    case "confirmation":
      return wait.version === null ? <>{said.confirmation}</> : <ToVersion task={task} version={wait.version}>{said.confirmation}</ToVersion>;
    default:
      return <>{said[wait.for]}</>;
  }
}
