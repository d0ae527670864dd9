/** The gate's checks by what they look at; one that is not here is shown by its name. */
const names: Record<string, string> = {
  digests: "The files are those that were sent",
  base: "Trained from a start of this task",
  num_examples: "Number of training examples",
  metrics: "Reported metrics",
  model: "The model file",
  scaler: "The scaler file",
  scikit_learn: "Version of scikit-learn that wrote the scaler",
  scaler_features: "The scaler's features",
  scaler_possible: "The scaler's numbers are possible",
  scaler_agreed: "The scaler is an agreed one",
  log: "The training log",
  log_keys: "Keys of the log that nobody here knows",
  metadata: "Keys of the metadata that nobody here knows",
  metadata_kept: "The metadata as kept",
  log_kept: "The training log as kept",
  claimed_examples: "Claimed examples, and what they count as",
  comparison: "Comparison with the other hospitals",
  update_norm: "How far the model moved",
  update_direction: "Which way the model moved",
  behind_common_scaler: "Its numbers behind the common scaler",
  held_out_loss: "Loss on the validation table",
  reported_mean: "Reported means",
  reported_deviation: "Reported deviations",
};

interface Written {
  seen: string;
  bound: string;
}

export const checks = {
  names,
  none: "Nothing was checked.",
  atMost: ({ seen, bound }: Written) => `${seen}, at most ${bound}`,
  atLeast: ({ seen, bound }: Written) => `${seen}, at least ${bound}`,
  bar: (name: string, measured: string) => `${name}: ${measured}`,
};

export const bars = {
  csv: "CSV",
  download: (title: string) => `Download CSV: ${title}`,
};

export const proposed = {
  title: (id: number) => `Proposed as number ${id}: a second admin must approve it`,
  about: "Nothing has changed yet.",
  where: "See what waits for approval",
};

export const filters = {
  allTasks: "all tasks",
  allHospitals: "all hospitals",
  allVerdicts: "all verdicts",
  hospital: "Hospital",
  verdict: "Verdict",
};
