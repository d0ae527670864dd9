import { Button } from "@mantine/core";
import { useState } from "react";

import { api, given } from "../../api/client";
import { useAct } from "../../parts/act";
import { isProposal, type Proposal } from "../../parts/proposal";
import { words } from "../../words/words";
import { PublishForm } from "./PublishForm";

const { models: said, submissions } = words;

interface PublishingProps {
  task: string;
  version: number;
  isWaiting: boolean;
  /** The current version's number; null: there is none. */
  current: number | null;
  onProposed: (proposal: Proposal) => void;
  /** It is the current one now. */
  onPublished?: () => void;
}

/** The button that makes a version the current one. */
export function Publishing({ task, version, isWaiting, current, onProposed, onPublished }: PublishingProps) {
  const [isOpen, setIsOpen] = useState(false);
  const act = useAct({
    act: (reason: string): Promise<object> =>
      given(
        api.POST("/global_models/{version}/publish", { params: { path: { version }, query: { task } }, body: { reason } }),
      ),
    changes: ["models", "overview", "tasks", "runs", "proposals", "audit"],
    done: (answer) => (isProposal(answer) ? submissions.proposedNow : said.published(version)),
    onDone: (answer) => {
      if (isProposal(answer)) onProposed(answer);
      else onPublished?.();
      setIsOpen(false);
    },
  });
  const replaced = current === null ? said.sharedStart : said.parentLink(current);
  return (
    <>
      <Button
        variant={isWaiting ? "filled" : "default"}
        onClick={() => setIsOpen(true)}
      >
        {isWaiting ? said.publish : said.rollBack}
      </Button>
      {isOpen && (
        <PublishForm
          version={version}
          rollsBackFrom={isWaiting ? null : replaced}
          isBusy={act.isPending}
          onGive={act.mutate}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}
