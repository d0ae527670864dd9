import { useQuery } from "@tanstack/react-query";

import { api, given } from "../../api/client";
import { Asked } from "../../parts/Asked";
import { useAct } from "../../parts/act";
import { quiescenceQuery } from "./asked";
import { QuietView } from "./QuietView";

const CHANGES = ["runs", "system"] as const;

/** The switch that lets the director be stopped. */
export function Quiet() {
  const query = useQuery(quiescenceQuery);
  const begin = useAct({ act: () => given(api.POST("/quiescence")), changes: CHANGES });
  const end = useAct({ act: () => given(api.DELETE("/quiescence")), changes: CHANGES });
  return (
    <Asked query={query}>
      {(quiescence) => (
        <QuietView
          quiescence={quiescence}
          isBusy={begin.isPending || end.isPending}
          onBegin={() => begin.mutate(undefined)}
          onEnd={() => end.mutate(undefined)}
        />
      )}
    </Asked>
  );
}
