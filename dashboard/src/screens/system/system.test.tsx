import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { shown } from "../../testing/shown";
import { words } from "../../words/words";
import { BackupSection } from "./BackupSection";
import { numberOf, written } from "./settings";
import { SettingsSection } from "./SettingsSection";
import { StoppingView } from "./StoppingView";
import { StorageSection } from "./StorageSection";

const { system: said } = words;

test("without a backup the page says how to make one", async () => {
  await shown(<BackupSection backup={null} />);
  expect(screen.getByText(said.noBackup)).toBeInTheDocument();
  expect(screen.getByText(said.backupCommand)).toBeInTheDocument();
});

test("an old backup is warned of, a fresh one is not", async () => {
  const { unmount } = await shown(<BackupSection backup={{ made_at: "2026-01-15T08:00:00Z", age_seconds: 3 * 86_400 + 1 }} days={3} />);
  expect(screen.getByText(said.backupCommand)).toBeInTheDocument();
  unmount();
  await shown(<BackupSection backup={{ made_at: "2026-01-15T08:00:00Z", age_seconds: 3 * 86_400 }} days={3} />);
  expect(screen.queryByText(said.backupCommand)).toBeNull();
});

test("what differs from the default stands first and is marked", async () => {
  await shown(
    <SettingsSection
      settings={[
        { name: "port", value: 8080, is_default: true },
        { name: "publish", value: "confirmed", is_default: false },
      ]}
    />,
  );
  const rows = screen.getAllByRole("row").slice(1);
  expect(within(rows[0] ?? document.body).getByText("publish")).toBeInTheDocument();
  expect(rows[0]).toHaveTextContent(said.isSet);
  expect(rows[1]).toHaveTextContent(said.isDefault);
});

test.each([
  [null, said.unset],
  ["at_once", "at_once"],
  [false, "false"],
  [[], "[]"],
])("%o is written as %s", (value, text) => expect(written(value)).toBe(text));

test.each([
  [true, said.safe],
  [false, said.notYetSafe],
])("a quiet director says whether it is safe to stop it: %s", async (is_safe, sentence) => {
  await shown(<StoppingView quiescence={{ is_quiet: true, is_safe, since: "2026-01-15T08:00:00Z", under_way: ["Round 2 of run 1 is aggregating."] }} action={null} />);
  expect(screen.getByRole("status")).toHaveTextContent(sentence);
  expect(screen.getByText("Round 2 of run 1 is aggregating.")).toBeInTheDocument();
});

test("little room on the disk is warned of", async () => {
  await shown(<StorageSection storage={{ database_bytes: 1, blob_bytes: 2, blobs: 1, free_bytes: 5_000_000 }} />);
  expect(screen.getByRole("note")).toHaveTextContent(said.littleFree("5 MB"));
});

test("a setting that is no number, or is not there, is none", () => {
  const settings = [{ name: "backup_days", value: 7, is_default: true }, { name: "publish", value: "at_once", is_default: true }];
  expect(["backup_days", "publish", "absent"].map((name) => numberOf(settings, name))).toEqual([7, undefined, undefined]);
});
