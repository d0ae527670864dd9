import { Button } from "@mantine/core";

import { api, given, type Schemas } from "../../api/client";
import { useMay } from "../../api/session";
import { useAct } from "../../parts/act";
import { words } from "../../words/words";
import { StoppingView } from "./StoppingView";

/** Have the director open nothing new, so that it can be stopped, and say when that is safe. */
export function StoppingSection({ quiescence }: { quiescence: Schemas["Quiescence"] }) {
  const may = useMay();
  const { mutate, isPending } = useAct({
    act: (begins: boolean) => given(begins ? api.POST("/quiescence") : api.DELETE("/quiescence")),
    changes: ["system", "runs", "overview"],
    done: ({ is_quiet }) => (is_quiet ? words.system.begun : words.system.ended),
  });
  const begins = !quiescence.is_quiet;
  return (
    <StoppingView
      quiescence={quiescence}
      action={
        may(begins ? "begin_quiescence" : "end_quiescence") && (
          <Button variant="default" size="xs" loading={isPending} onClick={() => mutate(begins)}>
            {begins ? words.system.begin : words.system.end}
          </Button>
        )
      }
    />
  );
}
