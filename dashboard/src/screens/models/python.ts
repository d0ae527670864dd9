import type { Schemas } from "../../api/client";
import { type Column, columnsOf, isBinary, isZeroOrOne } from "../../parts/tasks";

type Task = Pick<Schemas["TaskDescription"], "features" | "risk_levels"> & Partial<Pick<Schemas["TaskDescription"], "outcome">>;

const EXAMPLES = [3, 9, 21];

/** Three values for a column that its bounds allow: three patients of whom each has one of the categories. */
function examplesOf({ feature, category, saysMissing }: Column): string {
  if (saysMissing) return EXAMPLES.map(() => 0).join(", ");
  if (category !== null) {
    const { categories } = feature;
    return EXAMPLES.map((_, patient) => Number(categories[patient % categories.length] === category)).join(", ");
  }
  return EXAMPLES.map((value) => Math.min(feature.maximum, Math.max(feature.minimum, value))).join(", ");
}

/** Write a text as Python does: JSON's escapes are among Python's. */
const quoted = (text: string) => JSON.stringify(text);

/** Lines of Python that load a version's two files and use them: those of docs/analyst.md, which a test there runs. */
export function pythonFor(task: Task): string {
  const columns = columnsOf(task.features);
  const values = columns.map((column) => `${quoted(column.name)}: [${examplesOf(column)}]`).join(", ");
  const levels = isBinary(task) ? quoted("probability") : task.risk_levels.map(quoted).join(", ");
  const what = columns.some(isZeroOrOne) ? "the model's columns" : "the task's features";
  return [
    "import joblib",
    "import pandas as pd",
    "import torch",
    "",
    `patients = pd.DataFrame({${values}})  # ${what}, in the task's order`,
    'layers = [tensor.double() for tensor in torch.load("model.pt", weights_only=True).values()]',
    'x = torch.from_numpy(joblib.load("scaler.pkl").transform(patients.to_numpy(float))) @ layers[0].T + layers[1]',
    "for weight, bias in zip(layers[2::2], layers[3::2]):",
    "    x = x.relu() @ weight.T + bias",
    isBinary(task) ? "probabilities = x.sigmoid().numpy()" : "probabilities = x.softmax(dim=1).numpy()",
    `print(patients.join(pd.DataFrame(probabilities, columns=[${levels}])))`,
  ].join("\n");
}
