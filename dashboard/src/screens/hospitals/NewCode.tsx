import { Button, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { api, given, type Schemas } from "../../api/client";
import { useAct } from "../../parts/act";
import { Sentence } from "../../parts/Sentence";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { Kit } from "./Kit";
import { Secret } from "./Secret";

const texts = words.hospitals;

/** Issue a new one-time code to a hospital, with the commands around it. */
export function NewCode({ envoy }: { envoy: string }) {
  const [code, setCode] = useState<Schemas["EnrolmentCode"] | null>(null);
  const { mutate, isPending } = useAct({
    act: () => given(api.POST("/envoys", { body: { envoy_name: envoy } })),
    changes: ["hospitals", "overview", "audit"],
    onDone: setCode,
  });
  return (
    <Stack gap={4} align="flex-start">
      <Text size="sm">{texts.newCodeWhy}</Text>
      <Button variant="default" loading={isPending} onClick={() => mutate(undefined)}>
        {texts.issueCode}
      </Button>
      {code && (
        <Secret title={texts.code} text={code.code} onClose={() => setCode(null)}>
          <Sentence text={texts.codeHolds} parts={{ when: <When at={code.expires_at} /> }} />
          <Kit code={code.code} />
        </Secret>
      )}
    </Stack>
  );
}
