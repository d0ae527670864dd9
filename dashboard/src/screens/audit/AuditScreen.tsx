import { Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import { api, given } from "../../api/client";
import { pagesQuery } from "../../api/queries";
import { useMay } from "../../api/session";
import { useFilters } from "../../app/filters";
import { AskedPages } from "../../parts/AskedPages";
import { Page } from "../../parts/Page";
import { Section } from "../../parts/Section";
import { Empty } from "../../parts/States";
import { words } from "../../words/words";
import { AuditFilterForm } from "./AuditFilterForm";
import { AuditRecords } from "./AuditRecords";
import { ChainSection } from "./ChainSection";
import { auditFilters } from "./filters";
import { FiltersInForce } from "./FiltersInForce";

export function AuditScreen() {
  const { audit: said } = words;
  const may = useMay();
  const [inUrl, setFilters] = useFilters();
  const filters = auditFilters(inUrl);
  const query = useInfiniteQuery(
    pagesQuery(["audit", filters], (cursor) => given(api.GET("/audit", { params: { query: { ...filters, cursor } } }))),
  );
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page title={words.common.nav.audit}>
      <Text>{said.about}</Text>
      {may("verify_audit") && <ChainSection mayExport={may("export_audit")} />}
      <Section title={said.filters}>
        {/* a fresh form where the URL says something else */}
        <AuditFilterForm key={JSON.stringify(filters)} filters={filters} onApply={setFilters} />
        <FiltersInForce filters={filters} onChange={setFilters} />
      </Section>
      <Section title={said.records}>
        <AskedPages query={query} empty={<Empty>{isFiltered ? said.noneMatch : said.none}</Empty>}>
          {(records) => <AuditRecords records={records} onFilter={setFilters} />}
        </AskedPages>
      </Section>
    </Page>
  );
}
