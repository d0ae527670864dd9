import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { hospitalsQuery } from "../../api/asked";
import { api, given, type Schemas } from "../../api/client";
import { useAct } from "../../parts/act";
import { Asked } from "../../parts/Asked";
import { CopyBlock } from "../../parts/CopyBlock";
import { Page } from "../../parts/Page";
import { Section } from "../../parts/Section";
import { Sentence } from "../../parts/Sentence";
import { WayTo } from "../../parts/Way";
import { When } from "../../parts/When";
import { words } from "../../words/words";
import { Joining } from "./Joining";
import { Kit } from "./Kit";
import { type NamedHospital, NameForm } from "./NameForm";

const texts = words.hospitals;

/** Add a hospital: its name, then the kit that it joins with, then the moment when it has joined. */
export function AddHospitalScreen() {
  const [code, setCode] = useState<Schemas["EnrolmentCode"] | null>(null);
  const hospitals = useQuery(hospitalsQuery);
  const { mutate, isPending } = useAct({
    act: (hospital: NamedHospital) => given(api.POST("/envoys", { body: hospital })),
    changes: ["hospitals", "overview", "audit"],
    onDone: setCode,
  });
  const back = <WayTo way={{ to: "/hospitals" }}>{texts.back}</WayTo>;
  if (code === null) {
    return (
      <Page title={texts.add} actions={back}>
        <Section title={texts.stepName}>
          <Asked query={hospitals}>
            {(all) => <NameForm taken={all.map(({ envoy_name }) => envoy_name)} isBusy={isPending} onName={mutate} />}
          </Asked>
        </Section>
      </Page>
    );
  }
  const { envoy_name: envoy } = code;
  return (
    <Page title={texts.add} actions={back}>
      <Section title={texts.kit(envoy)}>
        <Text size="sm">{texts.kitHow}</Text>
        <Text size="sm">
          <Sentence text={texts.codeHolds} parts={{ when: <When at={code.expires_at} /> }} />
        </Text>
        <CopyBlock text={code.code} label={texts.code} />
        <Kit code={code.code} />
      </Section>
      <Joining
        envoy={envoy}
        codeEnds={code.expires_at}
        isBusy={isPending}
        onNewCode={() => mutate({ envoy_name: envoy, expected_examples: null })}
      />
      <div>
        <Button variant="default" onClick={() => setCode(null)}>
          {texts.addAnother}
        </Button>
      </div>
    </Page>
  );
}
