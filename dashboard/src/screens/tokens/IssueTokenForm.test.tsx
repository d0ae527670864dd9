import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { shown } from "../../testing/shown";
import { words } from "../../words/words";
import { IssuedSecret } from "./IssuedSecret";
import { IssueTokenForm } from "./IssueTokenForm";
import type { TokenRequest } from "./tokens";

const { tokens: said } = words;

test("the role decides what is asked for", async () => {
  await shown(<IssueTokenForm hospitals={["KNH"]} isBusy={false} onAsk={() => undefined} onClose={() => undefined} />);
  const role = screen.getByLabelText(said.role);
  expect(screen.getByLabelText(/^Hospital/)).toBeInTheDocument();
  expect(screen.getByLabelText(/^Person/)).toBeRequired();
  await userEvent.selectOptions(role, "hospital");
  expect(screen.queryByLabelText(/^Person/)).toBeNull();
  await userEvent.selectOptions(role, "admin");
  expect(screen.queryByLabelText(/^Hospital/)).toBeNull();
  expect(screen.getByLabelText(/^Person/)).not.toBeRequired();
});

test("what is missing is said and nothing is asked; what is whole is asked", async () => {
  const asked: TokenRequest[] = [];
  await shown(<IssueTokenForm hospitals={["KNH"]} isBusy={false} onAsk={(request) => asked.push(request)} onClose={() => undefined} />);
  await userEvent.click(screen.getByRole("button", { name: said.issue }));
  expect(asked).toEqual([]);
  expect(screen.getByText(said.needsHospital)).toBeInTheDocument();
  expect(screen.getByText(said.needsPerson)).toBeInTheDocument();
  await userEvent.selectOptions(screen.getByLabelText(/^Hospital/), "KNH");
  await userEvent.type(screen.getByLabelText(/^Person/), "Wanjiru{Enter}");
  expect(asked).toEqual([{ role: "staff", envoy_name: "KNH", person: "Wanjiru", expires_in_seconds: null }]);
});

test("a secret is shown with a warning, and is not closed by accident", async () => {
  let closed = 0;
  const token = { id: "1a2b3c4d5e6f", token: "very-secret", role: "admin" as const, person: "Wanjiru", expires_at: "2026-02-01T08:00:00Z" };
  await shown(<IssuedSecret token={token} onClose={() => (closed += 1)} />);
  expect(screen.getByText("very-secret")).toBeInTheDocument();
  expect(screen.getByText(said.once)).toBeInTheDocument();
  await userEvent.keyboard("{Escape}");
  expect(closed).toBe(0);
  await userEvent.click(screen.getByRole("button", { name: said.iHaveIt }));
  expect(closed).toBe(1);
});
