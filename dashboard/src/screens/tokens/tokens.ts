import type { Schemas } from "../../api/client";
import { words } from "../../words/words";

export type Token = Schemas["TokenDescription"];
export type Role = Token["role"];
export type TokenRequest = Schemas["TokenRequest"];

export const ROLES: readonly Role[] = ["admin", "analyst", "staff", "hospital"];
const DAY_SECONDS = 86_400;
const MOST_DAYS = 3650;
const MOST_HOURS = 8760;

export function roleOf(text: string | undefined): Role | undefined {
  return ROLES.find((role) => role === text);
}

export const takesHospital = (role: Role) => role === "hospital" || role === "staff";
export const takesPerson = (role: Role) => role !== "hospital";
export const needsPerson = (role: Role) => role === "staff";

export type TokenState = keyof typeof words.tokens.states;

/** Tell how a token stands at a moment. */
export function stateOf({ revoked_at, expires_at, successor_id }: Token, now: number): TokenState {
  if (revoked_at !== null) return "revoked";
  if (Date.parse(expires_at) <= now) return "ended";
  return successor_id === null ? "holds" : "replaced";
}

/** Say whose a token is. */
export function whose({ role, person, envoy_name }: Pick<Token, "role" | "person" | "envoy_name">): string {
  if (person) return person;
  return role === "hospital" ? (envoy_name ?? words.tokens.machine) : words.tokens.nobody;
}

export interface TokenForm {
  role: Role;
  hospital: string;
  person: string;
  days: string;
}

export type Complaints = Partial<Record<"hospital" | "person" | "days", string>>;

/** Read the form; where something is missing or wrong, what. */
export function requestOf({ role, hospital, person, days }: TokenForm): { request: TokenRequest } | { complaints: Complaints } {
  const complaints: Complaints = {};
  if (takesHospital(role) && hospital === "") complaints.hospital = words.tokens.needsHospital;
  if (needsPerson(role) && person.trim() === "") complaints.person = words.tokens.needsPerson;
  const lasting = readNumber(days, MOST_DAYS);
  if (lasting === null || lasting === 0 || !Number.isInteger(lasting ?? 1)) complaints.days = words.tokens.badDays;
  if (Object.keys(complaints).length > 0) return { complaints };
  return {
    request: {
      role,
      envoy_name: takesHospital(role) ? hospital : null,
      person: takesPerson(role) && person.trim() !== "" ? person.trim() : null,
      expires_in_seconds: typeof lasting === "number" ? lasting * DAY_SECONDS : null,
    },
  };
}

/** Read an overlap in hours as seconds; undefined: left to the director; null: it is none. */
export function overlapOf(hours: string): number | undefined | null {
  const read = readNumber(hours, MOST_HOURS);
  return typeof read === "number" ? Math.round(read * 3600) : read;
}

function readNumber(text: string, most: number): number | undefined | null {
  if (text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 && value <= most ? value : null;
}
