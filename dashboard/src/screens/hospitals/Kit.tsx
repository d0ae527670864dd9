import { SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { CopyBlock } from "../../parts/CopyBlock";
import { words } from "../../words/words";
import { commandsOf, directorOf, isFolder, isPlain, type Machine } from "./kitCommands";

const texts = words.hospitals;
const FOLDERS: Record<Machine, string> = { linux: "/srv/mimic", windows: "C:\\mimic" };

/** The commands that a hospital's IT runs, filled in for its machine. */
export function Kit({ code }: { code: string }) {
  const [machine, setMachine] = useState<Machine>("linux");
  const [director, setDirector] = useState(window.location.origin);
  const [folders, setFolders] = useState(FOLDERS);
  const folder = folders[machine];
  const address = directorOf(director);
  const commands = address !== null && isFolder(folder) ? commandsOf({ machine, director: address, code, folder }) : null;
  return (
    <Stack gap="sm">
      <TextInput
        label={texts.director}
        value={director}
        spellCheck={false}
        error={address === null ? texts.directorWrong : undefined}
        onChange={({ currentTarget }) => setDirector(currentTarget.value)}
      />
      {address !== null && isPlain(address) && (
        <Text size="sm" fw={600} role="status">
          ! {texts.plainHttp}
        </Text>
      )}
      <SegmentedControl
        aria-label={texts.system}
        value={machine}
        onChange={(chosen) => setMachine(chosen)}
        data={[
          { value: "linux", label: texts.linux },
          { value: "windows", label: texts.windows },
        ]}
      />
      <TextInput
        label={texts.folder}
        value={folder}
        spellCheck={false}
        error={isFolder(folder) ? undefined : texts.folderWrong}
        onChange={({ currentTarget }) => setFolders({ ...folders, [machine]: currentTarget.value })}
      />
      {commands && (
        <>
          <Command label={texts.install} text={commands.install} />
          <Text size="sm">{texts.installNote}</Text>
          <Command label={texts.join} text={commands.join} />
          <Command label={texts.check} text={commands.check} />
          <Command label={texts.participate} text={commands.participate} />
          <Command label={texts.train} text={commands.train} />
        </>
      )}
    </Stack>
  );
}

function Command({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      <CopyBlock text={text} label={label} />
    </div>
  );
}
