import { Code } from "@mantine/core";

import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { Digest } from "../../parts/Digest";
import { Facts } from "../../parts/Facts";
import { writeCount } from "../../parts/numbers";
import { When } from "../../parts/When";
import { words } from "../../words/words";

const { submissions: said } = words;

/** What an upload says of itself; what it doesn't say is left out. */
export function MetadataView({ submission }: { submission: Schemas["Submission"] }) {
  const { id, metadata, created_at } = submission;
  const { task, num_examples, base, seed, local_epochs, software, trained_at, round, cohort } = metadata;
  const facts: [string, ReactNode][] = [
    [said.submission, <Code>{id}</Code>],
    [said.when, <When at={created_at} />],
    [said.task, task],
    [said.examples, writeCount(num_examples)],
    [said.base, <Digest sha256={base} />],
    [said.round, round ?? said.ownModel],
    [said.epochs, local_epochs],
    // written as it is: a seed is a name, not an amount
    [said.seed, seed?.toString()],
    [said.trainedAt, trained_at ? <When at={trained_at} /> : null],
    [said.cohort, cohort ? <Digest sha256={cohort} /> : null],
    [
      said.software,
      Object.entries(software)
        .map(([name, version]) => said.softwareOf(name, version))
        .join(", "),
    ],
  ];
  return <Facts facts={facts.filter(([, value]) => value !== null && value !== undefined && value !== "")} />;
}
