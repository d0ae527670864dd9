import type { Schemas } from "../../api/client";
import type { Proposal } from "../../parts/proposal";
import { type Way, wayToHospital } from "../../parts/Way";
import { words } from "../../words/words";

export type { Proposal };

export const STATES = ["approved", "declined", "withdrawn", "expired"] as const;

/** Say what it is to be done to. */
export function whatOf({ act, subject }: Pick<Proposal, "act" | "subject">): string {
  const [task, version] = subject.split(" ");
  return act === "publish" && task && version ? words.approvals.version(task, version) : subject;
}

/** Give where that is looked at before one decides; null: nowhere that is known. */
export function wayTo({ act, subject, request }: Pick<Proposal, "act" | "subject" | "request">): Way | null {
  if (act === "publish") {
    const [task, version] = subject.split(" ");
    return version ? { to: "/models/$version", params: { version }, search: { task } } : null;
  }
  if (act === "disable") return wayToHospital(subject);
  if (typeof request.submission_id === "string") return { to: "/submissions/$id", params: { id: request.submission_id } };
  return typeof request.envoy_name === "string" ? wayToHospital(request.envoy_name) : null;
}

/** Give the acts that the setting two_admins names; null: that isn't told. */
export function waitingActs(settings: readonly Schemas["Setting"][] | undefined): Proposal["act"][] | null {
  const value = settings?.find(({ name }) => name === "two_admins")?.value;
  if (!Array.isArray(value)) return null;
  return (Object.keys(words.approvals.acts) as Proposal["act"][]).filter((act) => value.includes(act));
}
