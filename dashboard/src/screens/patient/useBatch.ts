import { useEffect, useRef, useState } from "react";

import { askBatch, type BatchAnswer, type BatchQuestion } from "./batch";

export type BatchState =
  | { is: "idle" }
  | { is: "sending" }
  | { is: "answering"; answered: number; all: number }
  | { is: "cancelled" }
  | { is: "failed"; error: Error }
  | { is: "done"; answer: BatchAnswer };

type Asking = Omit<BatchQuestion, "signal" | "onProgress">;

export interface Batch {
  state: BatchState;
  start: (question: Asking) => void;
  cancel: () => void;
  clear: () => void;
}

/** Ask about a file, follow how far it is, and leave off when told to or when this is left. */
export function useBatch(): Batch {
  const [state, setState] = useState<BatchState>({ is: "idle" });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = async (question: Asking) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    // of one that was left off nothing is shown any more
    const show = (next: BatchState) => {
      if (running.current === controller && !signal.aborted) setState(next);
    };
    show({ is: "sending" });
    try {
      const onProgress = (answered: number, all: number) => show({ is: "answering", answered, all });
      show({ is: "done", answer: await askBatch({ ...question, signal, onProgress }) });
    } catch (error) {
      show({ is: "failed", error: error instanceof Error ? error : new Error(String(error)) });
    }
  };

  return {
    state,
    start: (question) => void run(question),
    cancel: () => {
      running.current?.abort();
      setState({ is: "cancelled" });
    },
    clear: () => {
      running.current?.abort();
      setState({ is: "idle" });
    },
  };
}
