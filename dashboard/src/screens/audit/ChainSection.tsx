import { Anchor, Button, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";

import { api, given } from "../../api/client";
import { CopyBlock } from "../../parts/CopyBlock";
import { Section } from "../../parts/Section";
import { Failed } from "../../parts/States";
import { words } from "../../words/words";
import { Verification } from "./Verification";

/** Whether the records are whole: asked for, because all of them are read. */
export function ChainSection({ mayExport }: { mayExport: boolean }) {
  const { audit: said } = words;
  const { mutate, data, error, isPending } = useMutation({ mutationFn: () => given(api.GET("/audit/verify")) });
  return (
    <Section
      title={said.proof}
      actions={
        <Button size="xs" loading={isPending} onClick={() => mutate()}>
          {said.verify}
        </Button>
      }
    >
      <Text size="sm">{said.verifyAbout}</Text>
      {error && <Failed error={error} again={() => mutate()} />}
      {data && <Verification verification={data} />}
      <Text size="sm">{said.checkpoint}</Text>
      <CopyBlock text={said.checkpointCommand} label={said.checkpointLabel} />
      {mayExport && (
        <Text size="sm">
          <Anchor href="/audit/export" download="audit.jsonl" underline="always" inherit>
            {said.export}
          </Anchor>{" "}
          {said.exportHint}
        </Text>
      )}
    </Section>
  );
}
