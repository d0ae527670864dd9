/** The scores that are known, by the name that the director has for them. */
export const metrics: Readonly<Record<string, string>> = {
  accuracy: "accuracy",
  loss: "loss",
  macro_f1: "F1, mean over the levels",
  f1_low: "F1 of low",
  f1_medium: "F1 of medium",
  f1_high: "F1 of high",
  auroc: "AUROC",
  auprc: "AUPRC",
  brier: "Brier score",
  calibration_in_the_large: "calibration in the large",
  held_out: "held-out patients",
};
