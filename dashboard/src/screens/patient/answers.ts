import { api, given, type Schemas } from "../../api/client";
import type { Values } from "./inputs";

/** Whose model is asked; null: the global one. */
export type Whose = string | null;

export interface Asked {
  whose: Whose;
  /** The answer, or why there is none. */
  outcome: Answer | Error;
}

export type BinaryAnswer = Schemas["BinaryPrediction"];
export type Answer = Schemas["Prediction"] | BinaryAnswer;

/** Tell whether it is the answer of a task with a binary outcome. */
export function isOfBinary(answer: Answer): answer is BinaryAnswer {
  return "abstained" in answer;
}

interface Question {
  task: string;
  inputs: Values;
}

function askOne({ task, inputs }: Question, whose: Whose): Promise<Answer> {
  // the document names the features of the task that is built in; which there are, the director's list says
  const body = { task, inputs: inputs as unknown as Schemas["InferenceRequest"]["inputs"], probabilities: true };
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
