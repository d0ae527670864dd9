/** What an event may have changed: the first word of an act → the topics of the queries to ask again. */

export const TOPICS = [
  "session",
  "overview",
  "hospitals",
  "submissions",
  "statistics",
  "models",
  "runs",
  "tasks",
  "audit",
  "tokens",
  "proposals",
  "system",
] as const;

export type Topic = (typeof TOPICS)[number];

const CHANGED: Record<string, readonly Topic[]> = {
  envoy: ["hospitals", "statistics", "runs", "tokens"],
  token: ["tokens", "hospitals"],
  session: ["tokens"],
  upload: ["submissions", "hospitals", "runs"],
  statistics: ["statistics", "hospitals"],
  task: ["tasks", "models", "statistics", "runs"],
  start: ["tasks"],
  model: ["models", "hospitals"],
  validation: ["models"],
  run: ["runs"],
  round: ["runs", "models", "hospitals"],
  quiescence: ["system", "runs"],
  backup: ["system"],
  store: ["system", "submissions"],
  access: [],
  proposal: ["proposals"],
};

/** Give what to ask again after an act; after one that is not known, everything. */
export function changedBy(act: string): readonly Topic[] {
  const [kind = ""] = act.split(".");
  const changed = CHANGED[kind];
  return changed === undefined ? TOPICS : ["overview", "audit", ...changed];
}
