import { api, given, type Schemas } from "../../api/client";

/** Whose model is asked; null: the global one. */
export type Whose = string | null;

export interface Asked {
  whose: Whose;
  /** The answer, or why there is none. */
  outcome: Schemas["Prediction"] | Error;
}

interface Question {
  task: string;
  inputs: Record<string, number>;
}

function askOne({ task, inputs }: Question, whose: Whose): Promise<Schemas["Prediction"]> {
  // the document names the features of the task that is built in; which there are, the director's list says
  const body = { task, inputs: inputs as Schemas["InferenceRequest"]["inputs"], probabilities: true };
  return whose === null
    ? given(api.POST("/infer_global", { body }))
    : given(api.POST("/infer", { body: { ...body, envoy_name: whose } }));
}

/** Ask several models the same at once; one that does not answer keeps no other from it. */
export function askAll(question: Question, of: readonly Whose[]): Promise<Asked[]> {
  return Promise.all(
    of.map(async (whose): Promise<Asked> => {
      try {
        return { whose, outcome: await askOne(question, whose) };
      } catch (error) {
        return { whose, outcome: error instanceof Error ? error : new Error(String(error)) };
      }
    }),
  );
}
