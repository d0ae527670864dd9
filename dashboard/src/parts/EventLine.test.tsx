import { expect, test } from "vitest";

import { shown } from "../testing/shown";
import { EventLine } from "./EventLine";
import { wayToSubject, whoDid } from "./told";

const at = "2026-01-15T08:00:00Z";

test.each([
  [{ actor: "admin:3f2a91cc77" }, "admin 3f2a91cc"],
  [{ actor: "admin:3f2a91cc77", person: "Wanjiru" }, "Wanjiru"],
  [{ actor: "hospital:KNH:77aa" }, "KNH"],
  [{ actor: "hospital:KNH:code" }, "KNH (with its one-time code)"],
  [{ actor: "staff:KNH:77aa" }, "Staff of KNH"],
  [{ actor: "director" }, "The director"],
  [{ actor: "admin:cli" }, "An admin at the director's machine"],
  [{}, null],
])("%o did it: %s", (told, said) => expect(whoDid(told)).toBe(said));

test("a line says who did what to whom, and leads there", async () => {
  const told = { at, actor: "director", act: "upload.quarantine", subject: "KNH", facts: { submission: "s1", task: "t", version: 4, failed: ["norm"] } };
  const { container, getByRole } = await shown(<EventLine told={told} />);
  expect(container.textContent).toContain("The director put into quarantine an upload of KNH (task t; version 4; did not pass: norm)");
  expect(getByRole("link", { name: "KNH" })).toHaveAttribute("href", "/submissions/s1");
});

test("where the actor isn't told, the line begins with what was done", async () => {
  const { getByText } = await shown(<EventLine told={{ at, act: "quiescence.begin", subject: "federation", facts: {} }} />);
  expect(getByText("opens nothing new from now on")).toBeVisible();
});

test("what a hospital sent reads as its own deed, and its name stands there once", async () => {
  const told = { at, actor: "hospital:KNH:77aa", act: "upload.admit", subject: "KNH", facts: { submission: "s1", envoy: "KNH", version: 2 } };
  const { container } = await shown(<EventLine told={told} />);
  expect(container.textContent).toContain("KNH sent a model that was admitted (version 2)");
});

test("an act that nobody knows is told by its name", async () => {
  const { container } = await shown(<EventLine told={{ at, actor: "director", act: "comet.strike", subject: "earth", facts: {} }} />);
  expect(container.textContent).toContain("The director comet.strike earth");
});

test("only the admin, who is told the actor, is led to the tokens", () => {
  const told = { at, act: "token.issue", subject: "abc", facts: {} };
  expect(wayToSubject(told)).toBeNull();
  expect(wayToSubject({ ...told, actor: "admin:1" })).toEqual({ to: "/tokens" });
});

test("a task that was added leads to its models", async () => {
  const told = { at, actor: "admin:cli", act: "task.add", subject: "falls", facts: {} };
  const { container, getByRole } = await shown(<EventLine told={told} />);
  expect(container.textContent).toContain("added the task falls");
  expect(getByRole("link", { name: "falls" })).toHaveAttribute("href", "/models?task=falls");
});

test("what a hospital wrote stays text", async () => {
  const reason = "<img src=x onerror=alert(1)> {who}";
  const { container } = await shown(<EventLine told={{ at, actor: "hospital:A:1", act: "run.answer", subject: "7", facts: { choice: "refuse", reason } }} />);
  expect(container.textContent).toContain(reason);
  expect(container.querySelector("img")).toBeNull();
});
