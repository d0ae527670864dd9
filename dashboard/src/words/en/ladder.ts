/** How far a hospital is in a round. */
export const ladder = {
  name: (number: number, run: number) => `How far each hospital is in round ${number} of run ${run}`,
  hospital: "Hospital",
  lastSeen: "Last seen",
  why: "What is known",
  silent: "silent",
  /** The rungs on the way up; the other steps end it. */
  ways: { invited: "waiting", training: "training", sent: "sent", judged: "judged", counted: "counted" },
  steps: {
    invited: "waiting: has not answered the invitation",
    refused: "takes no part",
    training: "training: its update is awaited",
    sent: "sent: an upload is on its way",
    judged: "judged: its update passed the checks on arrival",
    counted: "counted: it is in the round's version",
    left_out: "left out: held back, or it stood still",
    missed: "missed: the round closed without it",
  },
  since: "{step}, {when}",
  submission: "its submission",
  receipt: "{why}: {submission}",
  heldUpBy: (number: number, run: number, names: string) => `Round ${number} of run ${run} is held up by ${names}.`,
  others: (count: number) => `${count} others`,
  silentOnes: (names: string) => `Silent: ${names}.`,
  heldUpByNobody: (number: number, run: number) => `Round ${number} of run ${run} is held up by no hospital.`,
  closes: "It closes {when}.",
  closed: "It takes no further update.",
};
