import { Button, Stack } from "@mantine/core";
import { type ReactNode, useState } from "react";

import { words } from "../words/words";

interface FirstOfProps<T> {
  items: readonly T[];
  most: number;
  children: (shown: readonly T[]) => ReactNode;
}

/** The first of a list that may be long, and a button for the rest. */
export function FirstOf<T>({ items, most, children }: FirstOfProps<T>) {
  const [isWhole, setIsWhole] = useState(false);
  return (
    <Stack gap="xs" align="stretch">
      {children(isWhole ? items : items.slice(0, most))}
      {items.length > most ? (
        <Button variant="default" size="compact-sm" style={{ alignSelf: "flex-start" }} aria-expanded={isWhole} onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? words.overview.fewer : words.overview.all(items.length)}
        </Button>
      ) : null}
    </Stack>
  );
}
