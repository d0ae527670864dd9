import type { QueryClient } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

import { changedBy, type Topic } from "./topics";

const GATHER_MS = 150;
export const POLL_MS = 10_000;

type Listener = () => void;
let isLive = false;
const listeners = new Set<Listener>();

function setLive(now: boolean): void {
  if (isLive === now) return;
  isLive = now;
  for (const each of listeners) each();
}

/** How often a query asks again by itself: never while events arrive. */
export function pollInterval(): number | false {
  return isLive ? false : POLL_MS;
}

/** Whether events arrive as they happen; where they don't, queries ask again by themselves. */
export function useIsLive(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLive,
  );
}

/** Ask again for what events changed, a moment's events at once. */
export class Gathering {
  private readonly topics = new Set<Topic>();
  private timer: number | undefined;

  constructor(
    private readonly renew: (topics: ReadonlySet<Topic>) => void,
    private readonly waitMs = GATHER_MS,
  ) {}

  note(act: string): void {
    for (const topic of changedBy(act)) this.topics.add(topic);
    this.timer ??= window.setTimeout(() => {
      this.timer = undefined;
      const changed = new Set(this.topics);
      this.topics.clear();
      this.renew(changed);
    }, this.waitMs);
  }

  stop(): void {
    window.clearTimeout(this.timer);
    this.timer = undefined;
  }
}

function renewIn(client: QueryClient): (topics: ReadonlySet<Topic>) => void {
  return (topics) =>
    void client.invalidateQueries({ predicate: ({ queryKey: [topic] }) => topics.has(topic as Topic) });
}

/** Read the act of an event's data; null where it is none. */
export function actOf(data: string): string | null {
  try {
    const told: unknown = JSON.parse(data);
    return typeof told === "object" && told !== null && "act" in told && typeof told.act === "string" ? told.act : null;
  } catch {
    return null;
  }
}

/**
 * Follow the events while the page is looked at; gives what ends it.
 *
 * A page in the background follows nothing: each stream holds one of the six connections that a browser has to the
 * director, and the seventh page would wait for ever.
 */
function follow(client: QueryClient): () => void {
  const gathering = new Gathering(renewIn(client));
  let source: EventSource | undefined;
  let timer: number | undefined;
  let hasMissed = false;
  const leave = () => {
    window.clearTimeout(timer);
    source?.close();
    setLive(false);
  };
  const begin = () => {
    leave();
    if (document.visibilityState === "hidden") {
      hasMissed = true;
      return;
    }
    const opened = new EventSource("/events");
    source = opened;
    opened.onopen = () => {
      setLive(true);
      // what happened meanwhile, and what could not be asked for, is asked for now
      if (hasMissed) void client.invalidateQueries();
      hasMissed = false;
    };
    opened.onmessage = ({ data }: MessageEvent<string>) => {
      const act = actOf(data);
      if (act !== null) gathering.note(act);
    };
    opened.onerror = () => {
      setLive(false);
      hasMissed = true;
      if (opened.readyState !== EventSource.CLOSED) return; // the browser comes back by itself
      // it was refused: the session says why, or what stands between has no director behind it now
      void client.invalidateQueries({ queryKey: ["session"] });
      timer = window.setTimeout(begin, POLL_MS);
    };
  };
  document.addEventListener("visibilitychange", begin);
  begin();
  return () => {
    document.removeEventListener("visibilitychange", begin);
    leave();
    gathering.stop();
  };
}

/** Follow the director's events for as long as somebody is signed in. */
export function useLiveEvents(isSignedIn: boolean): void {
  const client = useQueryClient();
  useEffect(() => (isSignedIn ? follow(client) : undefined), [client, isSignedIn]);
}
