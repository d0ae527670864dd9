import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { api, given, type Schemas } from "../../api/client";
import { useAct } from "../../parts/act";
import { useOnceKey } from "../../parts/onceKey";
import { words } from "../../words/words";
import { overlapOf, type Token } from "./tokens";

interface RotateTokenProps {
  token: Token;
  onIssued: (token: Schemas["IssuedToken"]) => void;
  onClose: () => void;
}

/** Give a token a successor; both hold for an overlap. */
export function RotateToken({ token, onIssued, onClose }: RotateTokenProps) {
  const { tokens: said, common } = words;
  const [hours, setHours] = useState("");
  const [isWrong, setIsWrong] = useState(false);
  const once = useOnceKey();
  const { mutate, isPending } = useAct({
    act: (overlap_seconds: number | undefined) =>
      given(
        api.POST("/tokens/{token_id}/rotate", {
          params: { path: { token_id: token.id }, header: { "Idempotency-Key": once.of([token.id, overlap_seconds ?? null]) } },
          body: overlap_seconds === undefined ? {} : { overlap_seconds },
        }),
      ),
    changes: ["tokens", "hospitals", "audit"],
    onDone: onIssued,
  });
  return (
    <Modal opened onClose={onClose} title={said.rotateOf(token.id)} closeButtonProps={{ "aria-label": common.close }}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const overlap = overlapOf(hours);
          if (overlap === null) setIsWrong(true);
          else mutate(overlap);
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{said.rotateAbout}</Text>
          <TextInput
            data-autofocus
            label={said.overlap}
            description={said.overlapHint}
            inputMode="decimal"
            error={isWrong ? said.badOverlap : undefined}
            value={hours}
            onChange={({ currentTarget }) => {
              setHours(currentTarget.value);
              setIsWrong(false);
            }}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common.cancel}
            </Button>
            <Button type="submit" loading={isPending}>
              {said.rotate}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
