import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";

import { words } from "../words/words";

export function ColourScheme() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const label = isDark ? words.common.light : words.common.dark;
  return (
    <ActionIcon variant="default" aria-label={label} title={label} onClick={() => setColorScheme(isDark ? "light" : "dark")}>
      {isDark ? "☀" : "☾"}
    </ActionIcon>
  );
}
