import { Button, Code, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, given, type Schemas } from "../../api/client";
import { useAct } from "../../parts/act";
import { Asked } from "../../parts/Asked";
import { useOnceKey } from "../../parts/onceKey";
import { Sentence } from "../../parts/Sentence";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { isInUse } from "./tokens";
import { tokensQuery } from "./queries";
import { Secret } from "./Secret";

type Token = Schemas["TokenDescription"];

const texts = words.hospitals;

function OneToken({ token, onRotated }: { token: Token; onRotated: (issued: Schemas["IssuedToken"]) => void }) {
  const once = useOnceKey();
  const { mutate, isPending } = useAct({
    act: () =>
      given(
        api.POST("/tokens/{token_id}/rotate", {
          params: { path: { token_id: token.id }, header: { "Idempotency-Key": once.of(token.id) } },
          body: {},
        }),
      ),
    changes: ["tokens", "hospitals", "overview", "audit"],
    onDone: (successor) => {
      once.forget();
      onRotated(successor);
    },
  });
  return (
    <Group gap="sm">
      <Text size="sm">
        {texts.tokenOf(token.id)}, <Sentence text={texts.tokenEnds} parts={{ when: <When at={token.expires_at} /> }} />
      </Text>
      <Button variant="default" loading={isPending} onClick={() => mutate(undefined)}>
        {texts.rotateButton(token.id)}
      </Button>
    </Group>
  );
}

/** Rotate a hospital's token: its successor is shown once. */
export function Rotate({ envoy }: { envoy: string }) {
  const [issued, setIssued] = useState<Schemas["IssuedToken"] | null>(null);
  const query = useQuery(tokensQuery(envoy));
  return (
    <Stack gap={4}>
      <Text size="sm">{texts.rotateWhy}</Text>
      <Asked query={query}>
        {(tokens) => {
          const inUse = tokens.filter((token) => isInUse(token, query.dataUpdatedAt));
          if (inUse.length === 0) return <Text size="sm">{texts.noToken}</Text>;
          return inUse.map((token) => <OneToken key={token.id} token={token} onRotated={setIssued} />);
        }}
      </Asked>
      {issued && (
        <Secret title={texts.rotated} text={JSON.stringify(issued, null, 2)} onClose={() => setIssued(null)}>
          <Sentence
            text={texts.rotatedHow}
            parts={{ command: <Code>{texts.renewCommand}</Code>, when: <When at={issued.expires_at} /> }}
          />
        </Secret>
      )}
    </Stack>
  );
}
