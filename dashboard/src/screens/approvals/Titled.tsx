import { Sentence } from "../../parts/Sentence";
import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { type Proposal, wayTo, whatOf } from "./proposals";

/** What is proposed, in words; what it is about leads to where that is looked at. */
export function Titled({ proposal }: { proposal: Proposal }) {
  const way = wayTo(proposal);
  const what = whatOf(proposal);
  return <Sentence text={words.approvals.titled[proposal.act]} parts={{ what: way ? <WayTo way={way}>{what}</WayTo> : what }} />;
}
