import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { Failed, Loading } from "./States";

interface AskedProps<T> {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}

/** Show what was asked for, once it is there; what fails later stands above what was known before. */
export function Asked<T>({ query, children }: AskedProps<T>) {
  const { data, error, isPending, refetch } = query;
  if (isPending) return <Loading />;
  const failed = error && <Failed error={error} again={() => void refetch()} />;
  if (data === undefined) return failed;
  return (
    <>
      {failed}
      {children(data)}
    </>
  );
}
