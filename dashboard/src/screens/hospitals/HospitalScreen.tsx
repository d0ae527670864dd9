import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { overviewQuery } from "../../api/overview";
import { useMay } from "../../api/session";
import { useFilters } from "../../app/filters";
import { Asked } from "../../parts/Asked";
import { Page } from "../../parts/Page";
import { Empty } from "../../parts/States";
import { WayButton, WayTo } from "../../parts/Way";
import { useNow } from "../../parts/When";
import { words } from "../../words/words";
import { Course } from "./Course";
import { HospitalActs } from "./HospitalActs";
import { wrongWithName } from "./names";
import { OpenRounds } from "./OpenRounds";
import { hospitalQuery } from "./queries";
import { ReceivedList } from "./ReceivedList";
import { Receipts } from "./Receipts";
import { Standing } from "./Standing";
import { Training } from "./Training";

/** One hospital: how it stands, what it sent, what can be done. */
export function HospitalScreen() {
  const { envoy = "" } = useParams({ strict: false });
  if (wrongWithName(envoy) !== null) {
    return (
      <Page title={words.common.nav.hospitals}>
        <Empty action={<WayButton way={{ to: "/hospitals" }}>{words.hospitals.back}</WayButton>}>{words.hospitals.noSuchName}</Empty>
      </Page>
    );
  }
  return <OneHospital key={envoy} envoy={envoy} />;
}

function OneHospital({ envoy }: { envoy: string }) {
  const [{ task }] = useFilters();
  const may = useMay();
  const now = useNow();
  const hospital = useQuery(hospitalQuery(envoy));
  const overview = useQuery(overviewQuery(task));
  const tile = overview.data?.hospitals.find(({ envoy_name }) => envoy_name === hospital.data?.envoy_name);
  return (
    <Page title={envoy} actions={<WayTo way={{ to: "/hospitals" }}>{words.hospitals.back}</WayTo>}>
      <Asked query={hospital}>
        {(described) => (
          <>
            <Standing hospital={described} tile={tile} />
            {may("get_ladder") && (
              <Asked query={overview}>
                {({ rounds }) => (
                  <OpenRounds cards={rounds} envoy={described.envoy_name} passed={Math.max(0, (now - overview.dataUpdatedAt) / 1000)} />
                )}
              </Asked>
            )}
            <HospitalActs hospital={described} />
            {may("get_training_log") && may("list_submissions") ? <Training envoy={envoy} /> : null}
            {may("get_course") && <Course envoy={envoy} />}
            {may("list_submissions") && <Receipts envoy={envoy} />}
            {may("list_received") && <ReceivedList envoy={envoy} />}
          </>
        )}
      </Asked>
    </Page>
  );
}
