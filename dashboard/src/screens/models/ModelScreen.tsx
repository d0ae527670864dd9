import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";

import { DEFAULT_TASK, tasksQuery } from "../../api/asked";
import { api, given } from "../../api/client";
import { ProblemError } from "../../api/problems";
import { useMay, useSession } from "../../api/session";
import { useFilters } from "../../app/filters";
import { Asked } from "../../parts/Asked";
import { Page } from "../../parts/Page";
import type { Proposal } from "../../parts/proposal";
import { Proposed } from "../../parts/Proposed";
import { Empty } from "../../parts/States";
import { WayButton } from "../../parts/Way";
import { words } from "../../words/words";
import { ModelView } from "./ModelView";
import { NamesSection } from "./NamesSection";
import { Publishing } from "./Publishing";

const { models: said } = words;

/** One global version: what it is, what it rests on, and what may be done with it. */
export function ModelScreen() {
  const { version: written = "" } = useParams({ strict: false });
  const [{ task = DEFAULT_TASK }] = useFilters();
  if (!/^[1-9]\d{0,8}$/.test(written)) {
    return (
      <Page title={words.common.nav.models}>
        <Empty action={<WayButton way={{ to: "/models", search: { task } }}>{said.toModels}</WayButton>}>{said.noSuchVersion}</Empty>
      </Page>
    );
  }
  return <OneModel key={`${task} ${written}`} task={task} version={Number(written)} />;
}

function OneModel({ task, version }: { task: string; version: number }) {
  const may = useMay();
  const { role, envoy_name } = useSession();
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const query = useQuery({
    queryKey: ["models", "one", task, version],
    queryFn: () => given(api.GET("/global_models/{version}", { params: { path: { version }, query: { task } } })),
  });
  const current = useQuery({
    queryKey: ["models", "current", task],
    queryFn: async () => {
      try {
        return (await given(api.GET("/global_models/current", { params: { query: { task } } }))).version;
      } catch (error) {
        if (error instanceof ProblemError && error.code === "no_model_yet") return null;
        throw error;
      }
    },
  });
  const tasks = useQuery(tasksQuery);
  const opens = (hospital: string) => may("get_submission") && (role === "admin" || envoy_name === hospital);
  const mayPublish = may("publish_global_model");
  const model = query.data;
  return (
    <Page
      title={said.title(version)}
      actions={
        <>
          {may("compare_global_models") && (
            <WayButton way={{ to: "/models/compare", search: { task, first: String(model?.parent ?? version), second: String(version) } }}>
              {said.compareWith}
            </WayButton>
          )}
          {model && mayPublish && !model.published && !model.stale && current.data !== undefined && (
            <Publishing
              task={task}
              version={version}
              isWaiting={model.waiting}
              current={current.data}
              onProposed={setProposal}
            />
          )}
        </>
      }
    >
      {proposal && <Proposed proposal={proposal} />}
      <Asked query={query}>
        {(found) => (
          <ModelView
            model={found}
            task={tasks.data?.find(({ name }) => name === task)}
            opensSubmission={opens}
            mayPublish={mayPublish}
            mayDownload={may("download_global_model")}
            seesAll={role === "admin"}
            names={
              <NamesSection
                // what was typed belongs to what was noted then
                key={found.note ?? ""}
                task={task}
                version={version}
                aliases={found.aliases}
                note={found.note ?? ""}
                mayName={may("set_alias")}
                mayNote={may("set_note")}
              />
            }
          />
        )}
      </Asked>
    </Page>
  );
}
