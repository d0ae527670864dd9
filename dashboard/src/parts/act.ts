import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";

import type { Topic } from "../api/topics";
import { words } from "../words/words";
import { toldOf } from "./States";

const CLOSES = { "aria-label": words.common.close };

interface ActOptions<In, Out> {
  act: (what: In) => Promise<Out>;
  /** What it may have changed; events say the same a moment later. */
  changes: readonly Topic[];
  /** What to tell the person when it is done; nothing where the screen shows it by itself. */
  done?: (out: Out) => string;
  onDone?: (out: Out) => void;
}

interface Act<In, Out> {
  /** Do it; nothing where it is under way already. */
  mutate: (what: In) => void;
  isPending: boolean;
  data: Out | undefined;
  reset: () => void;
}

/** Do something that changes the federation: what comes of it, or why it failed, is told to the person. */
export function useAct<In, Out>({ act, changes, done, onDone }: ActOptions<In, Out>): Act<In, Out> {
  const client = useQueryClient();
  const renew = () => void client.invalidateQueries({ predicate: ({ queryKey: [topic] }) => changes.includes(topic as Topic) });
  const isUnderWay = useRef(false);
  const mutation = useMutation({
    mutationFn: act,
    onSettled: () => {
      isUnderWay.current = false;
    },
    onSuccess: (out) => {
      renew();
      if (done) notifications.show({ message: done(out), color: "green", closeButtonProps: CLOSES });
      onDone?.(out);
    },
    onError: (error) => {
      // what is shown may be of yesterday: somebody else did it already, say
      renew();
      const { sentence, hint } = toldOf(error);
      notifications.show({
        title: sentence,
        message: hint ? `${words.common.next} ${hint}` : "",
        color: "red",
        autoClose: false,
        closeButtonProps: CLOSES,
      });
    },
  });
  // the second of two quick clicks comes before the button can be seen to be busy
  const mutate = (what: In) => {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    mutation.mutate(what);
  };
  return { mutate, isPending: mutation.isPending, data: mutation.data, reset: mutation.reset };
}
