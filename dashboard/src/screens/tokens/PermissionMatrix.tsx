import { Code, NativeSelect, Stack, Text, VisuallyHidden } from "@mantine/core";

import type { Schemas } from "../../api/client";
import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { Section } from "../../parts/Section";
import { words } from "../../words/words";
import classes from "./PermissionMatrix.module.css";
import { byTag, mayDo, type Operation } from "./permissions";

interface PermissionMatrixProps {
  permissions: Schemas["Permissions"];
  /** The role whose operations alone are shown. */
  role: string | undefined;
  onRole: (role: string | undefined) => void;
}

/** Every operation with what each role may of it, a table a group. */
export function PermissionMatrix({ permissions, role, onRole }: PermissionMatrixProps) {
  const { matrix: said, roles: named } = words.tokens;
  const known = permissions.roles.find((each) => each === role);
  const groups = byTag(permissions.operations, known);
  const count = [...groups.values()].reduce((sum, group) => sum + group.length, 0);
  const columns: ColumnDef<Operation>[] = [
    {
      id: "operation",
      header: said.operation,
      enableSorting: false,
      cell: ({ row: { original } }) => (
        <Stack gap={0}>
          <span>{original.summary}</span>
          {original.roles === null && <b>{said.anybody}</b>}
        </Stack>
      ),
    },
    {
      id: "call",
      header: said.call,
      enableSorting: false,
      cell: ({ row: { original } }) => <Code>{`${original.method} ${original.path}`}</Code>,
    },
    ...permissions.roles.map((each) => ({
      id: each,
      header: named[each],
      enableSorting: false,
      cell: ({ row: { original } }: { row: { original: Operation } }) => {
        const may = mayDo(original, each);
        return (
          <>
            <span aria-hidden>{may ? `✓ ${said.yes}` : said.no}</span>
            <VisuallyHidden>{may ? said.may(named[each]) : said.mayNot(named[each])}</VisuallyHidden>
          </>
        );
      },
    })),
  ];
  return (
    <>
      <NativeSelect
        label={said.filter}
        maw={320}
        value={known ?? ""}
        onChange={({ currentTarget }) => onRole(currentTarget.value || undefined)}
        data={[{ value: "", label: said.all }, ...permissions.roles.map((each) => ({ value: each, label: named[each] }))]}
      />
      <Text size="sm" role="status">
        {said.shown(count, permissions.operations.length)}
      </Text>
      <Text size="sm">{said.note}</Text>
      {[...groups].map(([tag, operations]) => (
        <Section key={tag} title={said.tags[tag] ?? tag}>
          <div className={classes.matrix}>
            <DataTable caption={tag} rows={operations} columns={columns} rowId={({ method, path }) => `${method} ${path}`} />
          </div>
        </Section>
      ))}
    </>
  );
}
