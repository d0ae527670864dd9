import { expect, test } from "vitest";

import { commandsOf, directorOf, isFolder, isPlain } from "./kitCommands";

const kit = { machine: "linux", director: "https://director.example.org", code: "join_Ab-1", folder: "/srv/mimic" } as const;

test("the commands for Linux", () => {
  expect(commandsOf(kit)).toEqual({
    install: "python3 -m venv fl && . fl/bin/activate\npip install '.[envoy]'",
    join: "fl-envoy join --director https://director.example.org --code join_Ab-1",
    check: "fl-envoy check --data /srv/mimic",
    participate: "fl-envoy participate --data /srv/mimic",
    train: "fl-envoy train --data /srv/mimic",
  });
});

test("on Windows the environment is entered in its own way, and a folder with blanks stands in quotes", () => {
  const commands = commandsOf({ ...kit, machine: "windows", folder: "D:\\our tables" });
  expect(commands.install).toContain("fl\\Scripts\\Activate.ps1");
  expect(commands.check).toBe('fl-envoy check --data "D:\\our tables"');
});

test("where the token would travel readable, the command says that it may", () => {
  expect(isPlain("http://director.example.org:8080")).toBe(true);
  expect(isPlain("http://127.0.0.1:8080")).toBe(false);
  expect(isPlain("http://localhost")).toBe(false);
  expect(isPlain("https://director.example.org")).toBe(false);
  expect(commandsOf({ ...kit, director: "http://10.0.0.7" }).join).toMatch(/ --insecure-http$/);
});

test.each(["director.example.org", "ftp://x", "https://", "https://x/$(reboot)", "https://x y", "https://x;ls", 'https://x"', "javascript:alert(1)"])(
  "%s is no address for a command",
  (typed) => expect(directorOf(typed)).toBeNull(),
);

test("an address is tidied", () => expect(directorOf(" https://x.org:8443/fl/ ")).toBe("https://x.org:8443/fl"));

test.each(["", " ", 'a"b', "$(reboot)", "`reboot`", "a\nb", "C:\\"])("%o is no folder for a command", (typed) => {
  expect(isFolder(typed)).toBe(false);
});
