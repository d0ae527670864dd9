import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { api, given } from "../../api/client";
import { useMay } from "../../api/session";
import { useFilters } from "../../app/filters";
import { Asked } from "../../parts/Asked";
import { Page } from "../../parts/Page";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { PermissionMatrix } from "./PermissionMatrix";

export function RolesScreen() {
  const [{ role }, setFilters] = useFilters();
  const may = useMay();
  const query = useQuery({ queryKey: ["tokens", "permissions"], queryFn: () => given(api.GET("/permissions")) });
  return (
    <Page title={words.common.nav.roles} actions={may("list_tokens") && <WayTo way={{ to: "/tokens" }}>{words.tokens.matrix.toTokens}</WayTo>}>
      <Text>{words.tokens.matrix.about}</Text>
      <Asked query={query}>
        {(permissions) => <PermissionMatrix permissions={permissions} role={role} onRole={(chosen) => setFilters({ role: chosen })} />}
      </Asked>
    </Page>
  );
}
