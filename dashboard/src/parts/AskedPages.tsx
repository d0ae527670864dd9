import { Button, Group, Text } from "@mantine/core";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { words } from "../words/words";
import { Failed, Loading } from "./States";

interface AskedPagesProps<T> {
  query: UseInfiniteQueryResult<InfiniteData<{ items: T[] }>>;
  /** What stands there where the list is empty. */
  empty: ReactNode;
  children: (items: T[]) => ReactNode;
}

/** Show a list as far as it was read, and a button for the rest. */
export function AskedPages<T>({ query, empty, children }: AskedPagesProps<T>) {
  const { data, error, isPending, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  if (isPending) return <Loading />;
  const failed = error && <Failed error={error} again={() => void refetch()} />;
  if (!data) return failed;
  const items = data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <>{failed ?? empty}</>;
  return (
    <>
      {failed}
      {children(items)}
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {words.common.shownOf(items.length)}
          {hasNextPage ? "" : `. ${words.common.allShown}`}
        </Text>
        {hasNextPage ? (
          <Button variant="default" size="xs" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {words.common.more}
          </Button>
        ) : null}
      </Group>
    </>
  );
}
