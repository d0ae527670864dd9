import { Alert } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Facts } from "../../parts/Facts";
import { writeBytes, writeCount } from "../../parts/numbers";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";

/** Below this the page says that room is short: some tens of uploads of the largest size. */
export const LITTLE_FREE_BYTES = 2_000_000_000;

/** What the data folder holds, and how much it still takes. */
export function StorageSection({ storage }: { storage: Schemas["Storage"] }) {
  const { system: said } = words;
  return (
    <Section title={said.storage}>
      {storage.free_bytes < LITTLE_FREE_BYTES && (
        <Alert color="yellow" role="note">
          {said.littleFree(writeBytes(storage.free_bytes))}
        </Alert>
      )}
      <Facts
        facts={[
          [said.database, writeBytes(storage.database_bytes)],
          [said.blobs, said.blobsOf(writeBytes(storage.blob_bytes), said.files(storage.blobs, writeCount(storage.blobs)))],
          [said.free, writeBytes(storage.free_bytes)],
        ]}
      />
    </Section>
  );
}
