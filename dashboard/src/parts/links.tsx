import type { ReactNode } from "react";

import { wayToHospital, WayTo } from "./Way";

/** Links to the things that the federation has, by what they are. */

interface LinkProps {
  children?: ReactNode;
}

export function ToHospital({ envoy, children = envoy }: LinkProps & { envoy: string }) {
  return <WayTo way={wayToHospital(envoy)}>{children}</WayTo>;
}

export function ToRun({ run, children }: LinkProps & { run: number }) {
  return <WayTo way={{ to: "/runs/$run", params: { run: String(run) } }}>{children}</WayTo>;
}

/** Versions are numbered for each task by itself. */
export function ToVersion({ task, version, children }: LinkProps & { task: string; version: number }) {
  return <WayTo way={{ to: "/models/$version", params: { version: String(version) }, search: { task } }}>{children}</WayTo>;
}

export function ToSubmission({ id, children = id }: LinkProps & { id: string }) {
  return <WayTo way={{ to: "/submissions/$id", params: { id } }}>{children}</WayTo>;
}
