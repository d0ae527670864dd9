import { useState } from "react";

import type { Schemas } from "../../api/client";
import type { Filters } from "../../app/router";
import { EventLine } from "../../parts/EventLine";
import { writeCount } from "../../parts/numbers";
import { words } from "../../words/words";
import { RecordDetails } from "./RecordDetails";

interface RecordLineProps {
  record: Schemas["AuditRecord"];
  onFilter: (filters: Filters) => void;
}

/** One record: a line that a person reads, and all that is on record where it is unfolded. */
export function RecordLine({ record, onFilter }: RecordLineProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <EventLine told={record} />
      <details onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
        <summary aria-label={words.audit.unfold(writeCount(record.seq))}>
          {words.audit.record(writeCount(record.seq))}
        </summary>
        {isOpen && <RecordDetails record={record} onFilter={onFilter} />}
      </details>
    </>
  );
}
