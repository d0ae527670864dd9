import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { words } from "../../words/words";

const LONGEST_REASON = 500;
const { models: said, common } = words;

interface PublishFormProps {
  version: number;
  /** The version that it takes the place of, where it is an older one; null: it is a new one that waits. */
  rollsBackFrom: string | null;
  isBusy: boolean;
  onGive: (reason: string) => void;
  onClose: () => void;
}

/** Ask why a version shall be the current one; to go back to an older one its number must be typed too. */
export function PublishForm({ version, rollsBackFrom, isBusy, onGive, onClose }: PublishFormProps) {
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [isWrong, setIsWrong] = useState(false);
  const isRollback = rollsBackFrom !== null;
  const give = () => {
    if (isRollback && typed.trim() !== String(version)) setIsWrong(true);
    else onGive(reason.trim());
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={isRollback ? said.rollBackTitle(version) : said.publishTitle(version)}
      closeButtonProps={{ "aria-label": common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          give();
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{isRollback ? said.rollBackAbout(version, rollsBackFrom) : said.publishAbout(version)}</Text>
          {isRollback && (
            <TextInput
              data-autofocus
              label={common.typeToConfirm(String(version))}
              value={typed}
              error={isWrong ? common.typedWrongly : undefined}
              autoComplete="off"
              inputMode="numeric"
              onChange={({ currentTarget }) => {
                setTyped(currentTarget.value);
                setIsWrong(false);
              }}
            />
          )}
          <Textarea
            {...(isRollback ? {} : { "data-autofocus": true })}
            label={common.reason}
            description={common.reasonHint}
            required
            maxLength={LONGEST_REASON}
            value={reason}
            // one line goes on record
            onChange={({ currentTarget }) => setReason(currentTarget.value.replaceAll(/[\r\n]+/g, " "))}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common.cancel}
            </Button>
            <Button type="submit" loading={isBusy} {...(isRollback ? { color: "red.9" } : {})} disabled={reason.trim() === ""}>
              {isRollback ? said.rollBack : said.publish}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
