import { Button, Stack, Text } from "@mantine/core";

import { api, given } from "../../api/client";
import { useAct } from "../../parts/act";
import { words } from "../../words/words";

const texts = words.hospitals;

/** Let a disabled hospital take part again. */
export function Enable({ envoy }: { envoy: string }) {
  const { mutate, isPending } = useAct({
    act: () => given(api.POST("/envoys/{envoy_name}/enable", { params: { path: { envoy_name: envoy } } })),
    changes: ["hospitals", "overview", "runs", "tokens", "audit"],
    done: () => texts.enabledNow(envoy),
  });
  return (
    <Stack gap={4} align="flex-start">
      <Text size="sm">{texts.enableWhat}</Text>
      <Button variant="default" loading={isPending} onClick={() => mutate(undefined)}>
        {texts.enable}
      </Button>
    </Stack>
  );
}
