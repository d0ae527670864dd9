import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

import { Loading } from "../parts/States";
import { useFilters } from "./filters";
import { isOurs } from "./ours";

/** Go on to where somebody wanted to go before they signed in. */
export function Onward() {
  const [{ to }] = useFilters();
  const { history } = useRouter();
  useEffect(() => history.replace(`/dashboard${to !== undefined && isOurs(to) ? to : "/"}`), [history, to]);
  return <Loading />;
}
