import { Button, Code, Group, Stack } from "@mantine/core";

import { type ColumnDef, DataTable } from "../../parts/DataTable";
import { WayTo, wayToHospital } from "../../parts/Way";
import { useNow, When } from "../../parts/When";
import { NOTHING } from "../../parts/numbers";
import { words } from "../../words/words";
import classes from "./TokenTable.module.css";
import { stateOf, type Token, whose } from "./tokens";

interface TokenTableProps {
  tokens: Token[];
  /** The token that whoever looks is signed in with. */
  own: string;
  onRotate: ((token: Token) => void) | undefined;
  onRevoke: ((token: Token) => void) | undefined;
}

export function TokenTable({ tokens, own, onRotate, onRevoke }: TokenTableProps) {
  const { tokens: said } = words;
  const now = useNow();
  const columns: ColumnDef<Token>[] = [
    {
      id: "id",
      header: said.id,
      accessorFn: ({ id }) => id,
      cell: ({ row: { original } }) => (
        <Stack gap={0} align="flex-start">
          <WayTo way={{ to: "/audit", search: { subject: original.id } }}>
            <Code>{original.id}</Code>
          </WayTo>
          {original.id === own && <b>{said.yours}</b>}
        </Stack>
      ),
    },
    {
      id: "role",
      header: said.role,
      accessorFn: ({ role }) => said.roles[role],
      cell: ({ row: { original } }) => <WayTo way={{ to: "/roles", search: { role: original.role } }}>{said.roles[original.role]}</WayTo>,
    },
    {
      id: "hospital",
      header: said.hospital,
      accessorFn: ({ envoy_name }) => envoy_name ?? "",
      cell: ({ row: { original } }) =>
        original.envoy_name === null ? NOTHING : <WayTo way={wayToHospital(original.envoy_name)}>{original.envoy_name}</WayTo>,
    },
    { id: "whose", header: said.whose, accessorFn: (token) => (token.role === "hospital" ? said.machine : whose(token)) },
    {
      id: "state",
      header: said.state,
      accessorFn: (token) => said.states[stateOf(token, now)],
    },
    {
      id: "ends",
      header: said.ends,
      accessorFn: ({ revoked_at, expires_at }) => revoked_at ?? expires_at,
      cell: ({ row: { original } }) => <When at={original.revoked_at ?? original.expires_at} />,
    },
    {
      id: "used",
      header: said.lastUsed,
      accessorFn: ({ last_used_at }) => last_used_at ?? "",
      cell: ({ row: { original } }) => <When at={original.last_used_at} />,
    },
    {
      id: "successor",
      header: said.successor,
      accessorFn: ({ successor_id }) => successor_id ?? "",
      cell: ({ row: { original } }) => (original.successor_id === null ? NOTHING : <Code>{original.successor_id}</Code>),
    },
  ];
  if (onRotate || onRevoke)
    columns.push({
      id: "actions",
      header: said.actions,
      enableSorting: false,
      cell: ({ row: { original } }) => {
        const state = stateOf(original, now);
        if (state === "revoked" || state === "ended") return NOTHING;
        return (
          <Group gap={4}>
            {onRotate && state === "holds" && (
              <Button size="compact-xs" variant="default" aria-label={said.rotateOf(original.id)} onClick={() => onRotate(original)}>
                {said.rotate}
              </Button>
            )}
            {onRevoke && (
              <Button size="compact-xs" variant="default" aria-label={said.revokeOf(original.id)} onClick={() => onRevoke(original)}>
                {said.revoke}
              </Button>
            )}
          </Group>
        );
      },
    });
  return (
    <div className={classes.tokens}>
      <DataTable caption={said.list} rows={tokens} columns={columns} rowId={({ id }) => id} />
    </div>
  );
}
