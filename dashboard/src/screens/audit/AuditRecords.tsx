import type { Schemas } from "../../api/client";
import type { Filters } from "../../app/router";
import classes from "./Audit.module.css";
import { RecordLine } from "./RecordLine";

interface AuditRecordsProps {
  records: Schemas["AuditRecord"][];
  onFilter: (filters: Filters) => void;
}

/** Records as lines, each to unfold. */
export function AuditRecords({ records, onFilter }: AuditRecordsProps) {
  return (
    <ol className={classes.records} reversed>
      {records.map((record) => (
        <li key={record.seq} className={classes.record}>
          <RecordLine record={record} onFilter={onFilter} />
        </li>
      ))}
    </ol>
  );
}
