import { acts } from "./acts";
import { aggregate } from "./aggregate";
import { approvals } from "./approvals";
import { audit } from "./audit";
import { bars, checks, filters, proposed } from "./checks";
import { common } from "./common";
import { events } from "./events";
import { hospitals } from "./hospitals";
import { ladder } from "./ladder";
import { metrics } from "./metrics";
import { models } from "./models";
import { overview } from "./overview";
import { patient } from "./patient";
import { runs } from "./runs";
import { signIn } from "./signIn";
import { submissions } from "./submissions";
import { system } from "./system";
import { tokens } from "./tokens";

export const en = {
  acts,
  aggregate,
  approvals,
  audit,
  bars,
  checks,
  common,
  events,
  filters,
  hospitals,
  ladder,
  metrics,
  models,
  overview,
  patient,
  proposed,
  runs,
  signIn,
  submissions,
  system,
  tokens,
};
