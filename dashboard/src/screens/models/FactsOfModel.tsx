import type { ReactNode } from "react";

import type { Schemas } from "../../api/client";
import { Digest } from "../../parts/Digest";
import { Facts } from "../../parts/Facts";
import { writeCount, writeNumber, writeScore } from "../../parts/numbers";
import { When } from "../../parts/When";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";

type Model = Schemas["GlobalModel"];

const { models: said } = words;

export function parametersText(parameters: Readonly<Record<string, number>>): string {
  const each = Object.entries(parameters).map(([name, value]) => said.parameter(name, writeNumber(value)));
  return each.join(", ") || said.noParameters;
}

export function scalerText(scaler: string): string {
  return scaler === "merged" ? said.merged : said.scalerOf(scaler);
}

export function heldOutText(heldOut: Schemas["HeldOut"] | null | undefined): string {
  return heldOut ? said.heldOutBoth(writeScore(heldOut.loss), writeScore(heldOut.accuracy)) : said.noTable;
}

/** What a version came of: another engine's run, a round, or an aggregate. */
export function originText({ engine_run, round }: Pick<Model, "engine_run" | "round">): string {
  if (engine_run) return said.engineRun(engine_run.engine, engine_run.rounds, engine_run.id);
  return typeof round === "number" ? said.roundOf(round) : said.aggregate;
}

/** The facts of a version, or of what would become one. */
export function FactsOfModel({ model }: { model: Model }) {
  const { task, version, parent, created_at, strategy, parameters, scaler, num_examples, held_out } = model;
  const made: [string, ReactNode][] = [
    [said.made, <When at={created_at} />],
    [said.origin, originText(model)],
  ];
  return (
    <Facts
      facts={[
        [words.common.task, task],
        ...(version === null ? [] : made),
        [
          said.parent,
          typeof parent === "number" ? (
              <WayTo way={{ to: "/models/$version", params: { version: String(parent) }, search: { task } }}>
                {said.parentLink(parent)}
              </WayTo>
            ) : (
              said.sharedStart
            ),
        ],
        [said.strategy, strategy],
        [said.parameters, parametersText(parameters)],
        [said.scaler, scalerText(scaler)],
        [said.examples, writeCount(num_examples)],
        [said.heldOut, heldOutText(held_out)],
        [said.modelDigest, <Digest sha256={model.sha256} />],
        [said.scalerDigest, <Digest sha256={model.scaler_sha256} />],
      ]}
    />
  );
}
