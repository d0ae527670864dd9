import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";

import { api, given } from "../../api/client";
import { useMay } from "../../api/session";
import { Asked } from "../../parts/Asked";
import { Page } from "../../parts/Page";
import type { Proposal } from "../../parts/proposal";
import { Proposed } from "../../parts/Proposed";
import { words } from "../../words/words";
import { choicesFor, Deciding } from "./Deciding";
import { SubmissionView } from "./SubmissionView";
import { TrainingLogView } from "./TrainingLogView";

const { submissions: said } = words;

/** One upload: what was looked at, what it says of itself, what a person decided. */
export function SubmissionScreen() {
  const { id = "" } = useParams({ strict: false });
  const may = useMay();
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const path = { submission_id: id };
  const query = useQuery({
    queryKey: ["submissions", "one", id],
    queryFn: () => given(api.GET("/submissions/{submission_id}", { params: { path } })),
  });
  const hasLog = query.data !== undefined && "log" in query.data.files && may("get_training_log");
  const log = useQuery({
    queryKey: ["submissions", "log", id],
    queryFn: () => given(api.GET("/submissions/{submission_id}/log", { params: { path } })),
    enabled: hasLog,
    staleTime: Infinity, // what was sent never changes
  });
  const decide = (choice: "release" | "reject", reason: string): Promise<object> => {
    const options = { params: { path }, body: { reason } };
    return choice === "release"
      ? given(api.POST("/submissions/{submission_id}/release", options))
      : given(api.POST("/submissions/{submission_id}/reject", options));
  };
  if (!query.data) {
    return (
      <Page title={words.common.nav.submissions}>
        <Asked query={query}>{() => null}</Asked>
      </Page>
    );
  }
  const { envoy_name, version, verdict } = query.data;
  const choices = choicesFor(verdict, may("release_submission"), may("reject_submission"));
  return (
    <Page
      title={said.title(envoy_name, version)}
      actions={
        <Deciding
          what={said.ofModel(envoy_name, version)}
          choices={choices}
          rejectAbout={said.rejectAbout}
          changes={["submissions", "hospitals", "overview", "proposals", "audit"]}
          decide={decide}
          onProposed={setProposal}
        />
      }
    >
      {proposal && <Proposed proposal={proposal} />}
      <Asked query={query}>
        {(submission) => (
          <SubmissionView
            submission={submission}
            mayDecide={choices.length > 0}
            opensHospitals={may("get_envoy")}
            log={hasLog ? <Asked query={log}>{(data) => <TrainingLogView log={data} />}</Asked> : null}
          />
        )}
      </Asked>
    </Page>
  );
}
