import { Divider, Title } from "@mantine/core";
import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { useMay } from "../../api/session";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import { Disable } from "./Disable";
import { Enable } from "./Enable";
import { Expectation } from "./Expectation";
import { NewCode } from "./NewCode";
import { Rotate } from "./Rotate";

const texts = words.hospitals;

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <Divider />
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </>
  );
}

/** What an admin can do with a hospital; whoever may do nothing of it sees nothing. */
export function HospitalActs({ hospital: { envoy_name: envoy, state, expected_examples } }: { hospital: Schemas["EnvoyDescription"] }) {
  const may = useMay();
  const acts = ["set_expectation", "add_envoy", "rotate_token", "disable_envoy", "enable_envoy"];
  if (!acts.some(may) || state === "withdrawn") return null;
  const expected = expected_examples ?? null;
  const isDisabled = state === "disabled";
  return (
    <Section title={texts.acts}>
      {may("set_expectation") && <Expectation key={expected} envoy={envoy} expected={expected} />}
      {may("add_envoy") && !isDisabled ? (
        <Part title={texts.newCode}>
          <NewCode envoy={envoy} />
        </Part>
      ) : null}
      {may("rotate_token") && may("list_tokens") && !isDisabled ? (
        <Part title={texts.rotate}>
          <Rotate envoy={envoy} />
        </Part>
      ) : null}
      {may("disable_envoy") && !isDisabled ? (
        <Part title={texts.disable}>
          <Disable envoy={envoy} />
        </Part>
      ) : null}
      {may("enable_envoy") && isDisabled ? (
        <Part title={texts.enable}>
          <Enable envoy={envoy} />
        </Part>
      ) : null}
    </Section>
  );
}
