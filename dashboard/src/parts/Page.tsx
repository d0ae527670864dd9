import { Group, Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

import classes from "./Page.module.css";
import { words } from "../words/words";

interface PageProps {
  title: string;
  /** What can be done on the page as a whole, at the title's side. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A screen: its one heading of the first level, and what stands under it. */
export function Page({ title, actions, children }: PageProps) {
  useDocumentTitle(`${title} · ${words.common.product}`);
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1} size="h2" className={classes.title}>
          {title}
        </Title>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
