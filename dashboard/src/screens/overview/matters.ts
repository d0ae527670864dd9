import type { Schemas } from "../../api/client";
import { type Way, wayToHospital } from "../../parts/Way";
import { words } from "../../words/words";

type Matter = Schemas["Matter"];

/** What waits for a person, as it is shown: a sentence with the way to where it is decided. */
export interface ToDecide {
  key: string;
  sentence: string;
  todo: string;
  way: Way;
  since?: string | null;
  until?: string | null;
  reason?: string | null;
  /** What is lost by one of the choices. */
  loses?: string | null;
  /** Whether whoever looks can decide it; else it waits for an admin, and the way leads to what is known. */
  isMine: boolean;
}

/** The operation that decides it. */
const DECIDED_BY: Record<Matter["kind"], string> = {
  submission_quarantined: "release_submission",
  statistics_quarantined: "release_statistics",
  version_waiting: "publish_global_model",
  round_failed: "resume_run",
  run_paused: "resume_run",
  proposal_open: "approve_proposal",
  hospital_not_joined: "add_envoy",
  token_ends: "rotate_token",
  backup_old: "get_system",
  disk_short: "get_system",
  audit_broken: "verify_audit",
};

const texts = words.overview;

function sentenceOf({ kind, subject, envoy_name, task, version, run }: Matter): string {
  const hospital = envoy_name ?? texts.anybody;
  const number = String(version ?? subject);
  switch (kind) {
    case "submission_quarantined":
      return texts.matter.submission_quarantined(hospital, number);
    case "statistics_quarantined":
      return texts.matter.statistics_quarantined(hospital, number);
    case "version_waiting":
      return texts.matter.version_waiting(number, task ?? "");
    case "round_failed":
      return texts.matter.round_failed(String(run ?? subject));
    case "run_paused":
      return texts.matter.run_paused(String(run ?? subject));
    case "proposal_open":
      return texts.matter.proposal_open(subject);
    case "hospital_not_joined":
      return texts.matter.hospital_not_joined(envoy_name ?? subject);
    case "token_ends":
      return texts.matter.token_ends(hospital);
    case "backup_old":
      return texts.matter.backup_old;
    case "disk_short":
      return texts.matter.disk_short;
    case "audit_broken":
      return texts.matter.audit_broken;
  }
}

function wayOf({ kind, subject, envoy_name, task, version, run }: Matter): Way {
  switch (kind) {
    case "submission_quarantined":
      return { to: "/submissions/$id", params: { id: subject } };
    case "version_waiting":
      return { to: "/models/$version", params: { version: String(version ?? subject) }, search: { task: task ?? undefined } };
    case "round_failed":
    case "run_paused":
      return { to: "/runs/$run", params: { run: String(run ?? subject) } };
    case "proposal_open":
      return { to: "/approvals" };
    case "statistics_quarantined":
      return { to: "/submissions", search: { kind: "statistics", report: `${task ?? ""}/${envoy_name ?? subject}/${version ?? ""}` } };
    case "hospital_not_joined":
      return wayToHospital(envoy_name ?? subject);
    case "token_ends":
      return envoy_name ? wayToHospital(envoy_name) : { to: "/tokens" };
    case "backup_old":
    case "disk_short":
      return { to: "/system" };
    case "audit_broken":
      return { to: "/audit" };
  }
}

const ON_RUNS: readonly Matter["kind"][] = ["round_failed", "run_paused"];

/** Say what closing a run would lose. */
export function closingLoses(run: number, cards: readonly Schemas["RoundCard"][]): string {
  const card = cards.find((each) => each.run === run);
  return texts.closingLoses(run, card?.state === "collecting" ? card.returned.length : 0);
}

/** Say what a matter asks of a person, and where it is decided. */
export function toDecide(matter: Matter, may: (operation: string) => boolean, cards: readonly Schemas["RoundCard"][] = []): ToDecide {
  const { kind, subject, task, version, run, since, until, reason } = matter;
  const isMine = may(DECIDED_BY[kind]);
  return {
    isMine,
    key: [kind, subject, task, version].join(" "),
    sentence: sentenceOf(matter),
    todo: isMine ? texts.todo[kind] : texts.lookAtIt,
    way: wayOf(matter),
    since,
    until,
    reason,
    loses: typeof run === "number" && ON_RUNS.includes(kind) && may("close_run") ? closingLoses(run, cards) : null,
  };
}
