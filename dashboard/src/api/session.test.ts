import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";

import { forgetAll, type Session, whoIs } from "./session";

const jane: Session = {
  role: "admin",
  person: "Jane Wanjiru",
  envoy_name: null,
  token_id: "1",
  operations: [],
  csrf_token: "",
  banner: null,
  version: "1",
  idle_seconds: 1,
  expires_at: "2026-01-15T08:00:00Z",
};

test("a person who signs in again, with another token too, is the same one", () => {
  expect(whoIs({ ...jane, token_id: "2", csrf_token: "x" })).toBe(whoIs(jane));
});

test.each([{ role: "analyst" as const }, { person: "Otieno" }, { envoy_name: "KNH" }, { person: null }])("with %o it is another one", (other) => {
  expect(whoIs({ ...jane, ...other })).not.toBe(whoIs(jane));
});

test("tokens without a person are told apart by themselves", () => {
  const nobody = { ...jane, person: null };
  expect(whoIs({ ...nobody, token_id: "2" })).not.toBe(whoIs(nobody));
});

test("all is forgotten but who is signed in", () => {
  const client = new QueryClient();
  client.setQueryData(["session"], jane);
  client.setQueryData(["tokens", "list"], []);
  forgetAll(client);
  expect(client.getQueryCache().getAll().map(({ queryKey }) => queryKey)).toEqual([["session"]]);
});
