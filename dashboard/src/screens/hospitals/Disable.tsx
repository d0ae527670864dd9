import { Button, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";

import { api, given } from "../../api/client";
import { useAct } from "../../parts/act";
import { isProposal, type Proposal } from "../../parts/proposal";
import { Proposed } from "../../parts/Proposed";
import { TypedConfirm } from "../../parts/TypedConfirm";
import { words } from "../../words/words";

const texts = words.hospitals;

/** Shut a hospital out, once its name was typed; where two admins are asked for it is only proposed. */
export function Disable({ envoy }: { envoy: string }) {
  const [isAsking, { open, close }] = useDisclosure();
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const { mutate, isPending } = useAct({
    act: () => given(api.POST("/envoys/{envoy_name}/disable", { params: { path: { envoy_name: envoy } } })),
    changes: ["hospitals", "overview", "runs", "tokens", "proposals", "audit"],
    done: (answer) => (isProposal(answer) ? words.submissions.proposedNow : texts.disabledNow(envoy)),
    onDone: (answer) => {
      setProposal(isProposal(answer) ? answer : null);
      close();
    },
  });
  return (
    <Stack gap={4} align="flex-start">
      <Text size="sm">{texts.disableWhat}</Text>
      <Button color="red.9" onClick={open}>
        {texts.disableTitle(envoy)}
      </Button>
      {proposal && <Proposed proposal={proposal} />}
      {isAsking && (
        <TypedConfirm
          name={envoy}
          title={texts.disableTitle(envoy)}
          button={texts.disable}
          isBusy={isPending}
          onConfirm={() => mutate(undefined)}
          onClose={close}
        >
          {texts.disableWhat}
        </TypedConfirm>
      )}
    </Stack>
  );
}
