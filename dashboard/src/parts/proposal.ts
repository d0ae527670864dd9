import type { Schemas } from "../api/client";

export type Proposal = Schemas["Proposal"];

/** Tell whether what was asked for was only proposed (202): it waits for a second admin. */
export function isProposal(answer: object): answer is Proposal {
  return "proposed_at" in answer && "expires_at" in answer;
}
