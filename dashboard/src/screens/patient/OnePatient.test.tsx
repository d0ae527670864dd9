import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";

import { shown } from "../../testing/shown";
import { FALLS, FELL, READMITTED, TASK } from "./fixtures";
import { ManyPatients } from "./ManyPatients";
import { OnePatient } from "./OnePatient";

/** A director in place of the network: keeps what it is asked. It must be there before the client is made. */
const sent = vi.hoisted(() => {
  const asked: unknown[] = [];
  globalThis.fetch = async (request) => {
    asked.push(await (request as Request).json());
    return Response.json(FELL);
  };
  return asked;
});

beforeEach(() => sent.splice(0));

const button = (name: string) => screen.getByRole("button", { name });
const field = (name: string | RegExp) => screen.getByRole("textbox", { name });

test("a form is made of the features, and what was chosen is what is asked", async () => {
  await shown(<OnePatient task={FALLS} asks={[null]} />);
  const user = userEvent.setup();
  await user.type(field(/^age/), "71.5");
  await user.click(screen.getByRole("checkbox", { name: "earlier_falls: not known" }));
  await user.click(within(screen.getByRole("radiogroup", { name: /walks_alone/ })).getByRole("radio", { name: "no" }));
  await user.selectOptions(screen.getByRole("combobox", { name: /ward/ }), "unknown");
  await user.click(button("Ask"));
  expect(await screen.findByText("12.3%")).toBeInTheDocument();
  expect(sent).toEqual([
    { task: "falls", inputs: { age: 71.5, earlier_falls: null, walks_alone: 0, ward: "unknown" }, probabilities: true },
  ]);
});

test("not known is a choice where a value may be missing, and there alone", async () => {
  await shown(<OnePatient task={FALLS} asks={[null]} />);
  expect(screen.getAllByRole("checkbox")).toHaveLength(1);
  expect(screen.queryByRole("radio", { name: "not known" })).not.toBeInTheDocument();
  expect(within(screen.getByRole("combobox", { name: /ward/ })).getByRole("option", { name: "not known" })).toBeInTheDocument();
});

test("what is not filled in asks nobody, and the first such field has the focus", async () => {
  await shown(<OnePatient task={FALLS} asks={[null]} />);
  const user = userEvent.setup();
  await user.click(button("Ask"));
  expect(sent).toEqual([]);
  expect(screen.getByRole("alert")).toHaveTextContent("4 fields need another look");
  expect(field(/^age/)).toHaveFocus();
  await user.type(field(/^age/), "60");
  await user.type(field(/earlier_falls/), "1");
  await user.click(button("Ask"));
  expect(screen.getAllByRole("radio")[0]).toHaveFocus();
});

test("inputs that changed since are said to be so, and clearing takes all away", async () => {
  await shown(<OnePatient task={TASK} asks={[null]} />);
  const user = userEvent.setup();
  await user.type(field(/diagnosis_count/), "9");
  await user.click(button("Ask"));
  await screen.findByText("12.3%");
  await user.type(field(/diagnosis_count/), "9");
  expect(screen.getByRole("status")).toHaveTextContent("ask again");
  await user.click(button("Clear"));
  expect(field(/diagnosis_count/)).toHaveValue("");
  expect(screen.queryByText("12.3%")).not.toBeInTheDocument();
});

test("a record is filled in by keyboard: admissions are added and removed, and the focus is never lost", async () => {
  await shown(<OnePatient task={READMITTED} asks={[null]} />);
  const user = userEvent.setup();
  await user.type(field(/^years/), "71");
  await user.selectOptions(screen.getByRole("combobox", { name: /sex/ }), "F");
  await user.selectOptions(screen.getByRole("combobox", { name: /came_from/ }), "not known");
  const stay = (name: string) => within(screen.getByRole("group", { name }));
  await user.type(stay("Admission 1").getByRole("textbox", { name: "Admitted" }), "2026-01-02");
  await user.tab();
  await user.keyboard("2026-01-03");
  button("Add an admission").focus();
  await user.keyboard("{Enter}");
  expect(stay("Admission 2").getByRole("textbox", { name: "Admitted" })).toHaveFocus();
  await user.keyboard("2026-02-01 08:00");
  const last = stay("Admission 2: asked about");
  await user.type(last.getByRole("textbox", { name: "Discharged" }), "2026-02-02 08:00");
  await user.selectOptions(last.getByRole("combobox"), "ELECTIVE");
  await user.type(last.getByRole("textbox", { name: "ICD-9 codes" }), "4280");
  button("Remove admission 1").focus();
  await user.keyboard("{Enter}");
  expect(button("Add an admission")).toHaveFocus();
  expect(screen.queryByRole("button", { name: /Remove/ })).not.toBeInTheDocument();
  await user.click(button("Ask"));
  expect(sent).toEqual([
    {
      task: "readmission_30d",
      probabilities: true,
      inputs: {
        age: 71,
        sex: "F",
        admission_location: null,
        admission_type: "ELECTIVE",
        admissions: [
          {
            admitted: "2026-02-01 08:00",
            discharged: "2026-02-02 08:00",
            admission_type: "ELECTIVE",
            diagnoses: [{ icd_code: "4280", icd_version: 9 }],
          },
        ],
      },
    },
  ]);
});

test("of records no file is asked for, and it is said why", async () => {
  await shown(<ManyPatients task={READMITTED} asks={[null]} />);
  expect(screen.getByText(/a CSV file holds none/)).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Ask for all" })).not.toBeInTheDocument();
});

test("a file's columns say what each can hold, and what an empty cell is", async () => {
  await shown(<ManyPatients task={FALLS} asks={[null]} />);
  expect(screen.getByRole("row", { name: /age years number 0 to 110 not allowed/ })).toBeInTheDocument();
  expect(screen.getByRole("row", { name: /earlier_falls falls whole number 0 to 50 counts as 0/ })).toBeInTheDocument();
  expect(screen.getByRole("row", { name: /walks_alone yes or no 0 or 1 not allowed/ })).toBeInTheDocument();
  expect(screen.getByRole("row", { name: /ward one of a list medical, surgical, unknown counts as medical/ })).toBeInTheDocument();
});
