import { words } from "../words/words";
import { type Way, wayToHospital } from "./Way";

/** What was done, from the events or from the audit: the actor, and whose token it was, where it is told. */
export interface ToldAct {
  at: string;
  actor?: string | null;
  person?: string | null;
  act: string;
  subject: string;
  facts: Record<string, unknown>;
}

const WHOLE_FEDERATION = "federation";

/** Say who did it, for people: a person's name, else the hospital, else the role with its token. */
export function whoDid({ actor, person }: Pick<ToldAct, "actor" | "person">): string | null {
  if (person) return person;
  if (!actor) return null;
  if (actor === "director") return words.events.director;
  if (actor === "code") return words.events.code;
  if (actor === "admin:cli") return words.events.atTheMachine;
  const [role = "", ...rest] = actor.split(":");
  const [name, token] = rest.length > 1 ? rest : [undefined, rest[0]];
  if (name === undefined) return words.events.holder(role, token ?? "");
  if (role === "staff") return words.events.staff(name);
  return token === "code" ? words.events.withCode(name) : name;
}

/** Say what it was done to; null: the federation as a whole, which needs no word. */
export function whatOf({ act, subject }: Pick<ToldAct, "act" | "subject">): string | null {
  if (subject === WHOLE_FEDERATION) return null;
  const [kind] = act.split(".");
  const [task, version] = subject.split(" ");
  return kind === "model" && task && version ? words.events.version(task, version) : subject;
}

/** Give where the subject is looked at; null: nowhere, or not by whoever is told no actor, who is no admin. */
export function wayToSubject({ act, subject, facts, actor }: ToldAct): Way | null {
  const [kind] = act.split(".");
  const [task, version] = subject.split(" ");
  switch (kind) {
    case "upload":
      return typeof facts.submission === "string" ? { to: "/submissions/$id", params: { id: facts.submission } } : wayToHospital(subject);
    case "envoy":
    case "statistics":
      return wayToHospital(subject);
    case "model":
      return version ? { to: "/models/$version", params: { version }, search: { task } } : null;
    case "task":
    case "start":
    case "validation":
      return { to: "/models", search: { task: subject } };
    case "run":
    case "round":
      return { to: "/runs/$run", params: { run: subject } };
    case "token":
    case "session":
      return actor ? { to: "/tokens" } : null;
    case "proposal":
      return actor ? { to: "/approvals" } : null;
    case "backup":
    case "quiescence":
      return actor ? { to: "/system" } : null;
    default:
      return null;
  }
}

/** Say what was done, and to what; what a hospital did to what is its own reads as what it sent. */
export function didWhat(told: ToldAct): { did: string; what: string | null } {
  const own = told.actor?.split(":")[0] === "hospital" && whoDid({ actor: told.actor }) === told.subject ? words.events.own[told.act] : undefined;
  return own ?? { did: words.acts[told.act] ?? told.act, what: whatOf(told) };
}

/** Say what else is known of it and fits into a line. */
export function detailsOf({ facts, actor, subject }: ToldAct): string[] {
  const said: string[] = [];
  const known = [subject, whoDid({ actor })];
  for (const [fact, say] of Object.entries(words.events.facts)) {
    const value = facts[fact];
    if (fact === "envoy" && known.includes(String(value))) continue;
    if (typeof value === "string" || typeof value === "number") said.push(say(String(value)));
    else if (Array.isArray(value) && value.length > 0) said.push(say(value.map(String).join(", ")));
  }
  return said;
}
