import { Alert, Stack, Text } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { Digest } from "../../parts/Digest";
import { Facts } from "../../parts/Facts";
import { written } from "../../parts/moments";
import { writeCount } from "../../parts/numbers";
import { words } from "../../words/words";

/** What reading the whole chain found: all holds, or the first record that does not and what is wrong with it. */
export function Verification({ verification }: { verification: Schemas["AuditVerification"] }) {
  const { audit: said } = words;
  const { is_whole, records, first_bad, defect, head } = verification;
  if (!is_whole)
    return (
      <Alert color="red" role="alert" title={said.broken(writeCount(first_bad))}>
        <Stack gap={4}>
          {defect && <Text size="sm">{defect}</Text>}
          <Text size="sm">{records === 0 ? said.holdNone : said.holdUpTo(writeCount(records))}</Text>
          <Text size="sm">{said.whatNow}</Text>
        </Stack>
      </Alert>
    );
  return (
    <Alert color="green" role="status" title={records === 0 ? said.wholeNone : records === 1 ? said.wholeOne : said.whole(writeCount(records))}>
      {head && records > 0 && (
        <Facts
          facts={[
            [said.head, said.headIs(writeCount(head.seq))],
            [said.digest, <Digest sha256={head.digest} />],
            [said.verifiedAt, <time dateTime={head.at}>{written(head.at)}</time>],
          ]}
        />
      )}
    </Alert>
  );
}
