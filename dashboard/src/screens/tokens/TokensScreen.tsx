import { Button, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { hospitalNamesQuery } from "../../api/asked";
import { api, given, type Schemas } from "../../api/client";
import { pagesQuery } from "../../api/queries";
import { useMay, useSession } from "../../api/session";
import { useFilters } from "../../app/filters";
import { AskedPages } from "../../parts/AskedPages";
import { Page } from "../../parts/Page";
import { Section } from "../../parts/Section";
import { Empty } from "../../parts/States";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { IssuedSecret } from "./IssuedSecret";
import { IssueToken } from "./IssueToken";
import { RevokeToken } from "./RevokeToken";
import { RotateToken } from "./RotateToken";
import { TokenFilters } from "./TokenFilters";
import { roleOf, type Token } from "./tokens";
import { TokenTable } from "./TokenTable";

type Doing = { kind: "issue" } | { kind: "rotate" | "revoke"; token: Token };

export function TokensScreen() {
  const { tokens: said } = words;
  const may = useMay();
  const { token_id } = useSession();
  const [filters, setFilters] = useFilters();
  const [doing, setDoing] = useState<Doing | null>(null);
  const [issued, setIssued] = useState<Schemas["IssuedToken"] | null>(null);
  const client = useQueryClient();
  const { data: hospitals = [] } = useQuery(hospitalNamesQuery);
  const role = roleOf(filters.role);
  const envoy_name = filters.hospital;
  const query = useInfiniteQuery(
    pagesQuery(["tokens", role, envoy_name], (cursor) => given(api.GET("/tokens", { params: { query: { role, envoy_name, cursor } } }))),
  );
  const close = () => setDoing(null);
  const show = (token: Schemas["IssuedToken"]) => {
    close();
    setIssued(token);
  };
  const forget = () => {
    setIssued(null);
    client.getMutationCache().clear(); // where the answer with the secret would stay a while
  };
  const issueButton = may("issue_token") && <Button onClick={() => setDoing({ kind: "issue" })}>{said.issue}</Button>;
  const isFiltered = role !== undefined || envoy_name !== undefined;
  return (
    <Page title={words.common.nav.tokens} actions={issueButton}>
      <Text>
        {said.about} <WayTo way={{ to: "/roles" }}>{said.toRoles}</WayTo>
      </Text>
      <TokenFilters role={role} hospital={envoy_name} hospitals={hospitals} onChange={setFilters} />
      <Section title={said.list}>
        <AskedPages query={query} empty={<Empty action={issueButton}>{isFiltered ? words.common.nobodyFound : said.none}</Empty>}>
          {(tokens) => (
            <TokenTable
              tokens={tokens}
              own={token_id}
              onRotate={may("rotate_token") ? (token) => setDoing({ kind: "rotate", token }) : undefined}
              onRevoke={may("revoke_token") ? (token) => setDoing({ kind: "revoke", token }) : undefined}
            />
          )}
        </AskedPages>
      </Section>
      {doing?.kind === "issue" && <IssueToken hospitals={hospitals} onIssued={show} onClose={close} />}
      {doing?.kind === "rotate" && <RotateToken token={doing.token} onIssued={show} onClose={close} />}
      {doing?.kind === "revoke" && <RevokeToken token={doing.token} isOwn={doing.token.id === token_id} onClose={close} />}
      {issued && <IssuedSecret token={issued} onClose={forget} />}
    </Page>
  );
}
