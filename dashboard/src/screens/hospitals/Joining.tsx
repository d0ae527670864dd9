import { Button, Group, Loader, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { Asked } from "../../parts/Asked";
import { Section } from "../../parts/Section";
import { wayToHospital, WayTo } from "../../parts/Way";
import { useNow } from "../../parts/When";
import { words } from "../../words/words";
import { hospitalQuery } from "./queries";

const texts = words.hospitals;

interface JoiningProps {
  envoy: string;
  codeEnds: string;
  onNewCode: () => void;
  isBusy: boolean;
}

/** Say by itself when a hospital has joined. */
export function Joining({ envoy, codeEnds, onNewCode, isBusy }: JoiningProps) {
  const query = useQuery(hospitalQuery(envoy));
  const hasEnded = useNow() > Date.parse(codeEnds);
  return (
    <Section title={texts.stepWait}>
      <Asked query={query}>
        {({ state }) => (
          <>
            <Group role="status" gap="sm">
              {state === "enrolled" ? <Loader size="sm" aria-hidden /> : <b aria-hidden>✓</b>}
              <Text fw={600}>{state === "enrolled" ? texts.waiting(envoy) : texts.joined(envoy)}</Text>
            </Group>
            {state === "enrolled" && hasEnded ? (
              <Group gap="sm">
                <Text size="sm">{texts.codeEnded}</Text>
                <Button variant="default" size="xs" loading={isBusy} onClick={onNewCode}>
                  {texts.issueCode}
                </Button>
              </Group>
            ) : null}
            <Text size="sm">
              <WayTo way={wayToHospital(envoy)}>{texts.toHospital(envoy)}</WayTo>
            </Text>
          </>
        )}
      </Asked>
    </Section>
  );
}
