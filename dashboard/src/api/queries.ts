import { infiniteQueryOptions } from "@tanstack/react-query";

import type { Topic } from "./topics";

interface PageOf<T> {
  items: T[];
  next?: string | null;
}

/** A list that is read page by page: `read` takes the cursor of a page, undefined for the first. */
export function pagesQuery<T>(key: readonly [Topic, ...unknown[]], read: (cursor?: string) => Promise<PageOf<T>>) {
  return infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/** Read a list to its end, for the few that are short by their nature. */
export async function everyItem<T>(read: (cursor?: string) => Promise<PageOf<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}
