import { useQuery } from "@tanstack/react-query";

import { hospitalsQuery } from "../../api/asked";
import { overviewQuery } from "../../api/overview";
import { useMay } from "../../api/session";
import { useFilters } from "../../app/filters";
import { Asked } from "../../parts/Asked";
import { Page } from "../../parts/Page";
import { WayButton } from "../../parts/Way";
import { words } from "../../words/words";
import { HospitalsView } from "./HospitalsView";
import { listedOf } from "./listing";

/** The hospitals of the federation. */
export function HospitalsScreen() {
  const [{ q = "", state = "", task }, setFilters] = useFilters();
  const may = useMay();
  const overview = useQuery(overviewQuery(task));
  const hospitals = useQuery(hospitalsQuery);
  const mayAdd = may("add_envoy");
  const add = mayAdd && (
    <WayButton way={{ to: "/hospitals/add" }} variant="filled">
      {words.hospitals.add}
    </WayButton>
  );
  return (
    <Page title={words.common.nav.hospitals} actions={add}>
      <Asked query={overview}>
        {({ hospitals: tiles }) => (
          <Asked query={hospitals}>
            {(descriptions) => (
              <HospitalsView hospitals={listedOf(tiles, descriptions)} sought={q} state={state} onFilter={setFilters} mayAdd={mayAdd} />
            )}
          </Asked>
        )}
      </Asked>
    </Page>
  );
}
