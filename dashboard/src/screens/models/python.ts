import type { Schemas } from "../../api/client";

type Task = Pick<Schemas["TaskDescription"], "features" | "risk_levels">;

const EXAMPLES = [3, 9, 21];

/** Three values for a feature that its bounds allow. */
function examplesOf({ minimum, maximum }: Pick<Schemas["Feature"], "minimum" | "maximum">): string {
  return EXAMPLES.map((value) => Math.min(maximum, Math.max(minimum, value))).join(", ");
}

/** Lines of Python that load a version's two files and use them: those of docs/analyst.md, which a test there runs. */
export function pythonFor(task: Task): string {
  const columns = task.features.map((feature) => `"${feature.name}": [${examplesOf(feature)}]`).join(", ");
  const levels = task.risk_levels.map((level) => `"${level}"`).join(", ");
  return [
    "import joblib",
    "import pandas as pd",
    "import torch",
    "",
    `patients = pd.DataFrame({${columns}})  # the task's features, in the task's order`,
    'layers = [tensor.double() for tensor in torch.load("model.pt", weights_only=True).values()]',
    'x = torch.from_numpy(joblib.load("scaler.pkl").transform(patients.to_numpy(float))) @ layers[0].T + layers[1]',
    "for weight, bias in zip(layers[2::2], layers[3::2]):",
    "    x = x.relu() @ weight.T + bias",
    "probabilities = x.softmax(dim=1).numpy()",
    `print(patients.join(pd.DataFrame(probabilities, columns=[${levels}])))`,
  ].join("\n");
}
