import { Button, Text } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../parts/act";
import { isProposal, type Proposal } from "../../parts/proposal";
import { ReasonForm } from "../../parts/ReasonForm";
import type { Topic } from "../../api/topics";
import { words } from "../../words/words";

type Choice = "release" | "reject";

const { submissions: said } = words;

interface DecidingProps {
  /** What it is about, within a sentence. */
  what: string;
  choices: readonly Choice[];
  rejectAbout: string;
  changes: readonly Topic[];
  decide: (choice: Choice, reason: string) => Promise<object>;
  onProposed: (proposal: Proposal) => void;
}

/** What somebody may do with something that was sent, where the verdict allows it. */
export function choicesFor(verdict: "admitted" | "quarantined" | "rejected", mayRelease: boolean, mayReject: boolean): Choice[] {
  const choices: Choice[] = [];
  if (mayRelease && verdict === "quarantined") choices.push("release");
  if (mayReject && verdict !== "rejected") choices.push("reject");
  return choices;
}

/** The buttons to release or reject, each of which asks why. */
export function Deciding({ what, choices, rejectAbout, changes, decide, onProposed }: DecidingProps) {
  const [choice, setChoice] = useState<Choice | null>(null);
  const act = useAct({
    act: ({ chosen, reason }: { chosen: Choice; reason: string }) => decide(chosen, reason),
    changes,
    done: (answer) => {
      if (isProposal(answer)) return said.proposedNow;
      return choice === "release" ? said.releasedNow(what) : said.rejectedNow(what);
    },
    onDone: (answer) => {
      if (isProposal(answer)) onProposed(answer);
      setChoice(null);
    },
  });
  return (
    <>
      {choices.map((each) => (
        <Button
          key={each}
          variant={each === "release" ? "filled" : "default"}
          onClick={() => setChoice(each)}
        >
          {said[each]}
        </Button>
      ))}
      {choice !== null && (
        <ReasonForm
          title={choice === "release" ? said.releaseTitle(what) : said.rejectTitle(what)}
          button={said[choice]}
          {...(choice === "reject" ? { color: "red.9" } : {})}
          isBusy={act.isPending}
          onGive={(reason) => act.mutate({ chosen: choice, reason })}
          onClose={() => setChoice(null)}
        >
          <Text size="sm">{choice === "release" ? said.releaseAbout : rejectAbout}</Text>
        </ReasonForm>
      )}
    </>
  );
}
