import { Button, Center, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { api, given, rememberCsrfToken, type Schemas } from "../../api/client";
import { forgetAll, sessionQuery } from "../../api/session";
import { Page } from "../../parts/Page";
import { Failed, Loading } from "../../parts/States";
import { words } from "../../words/words";

type SignIn = Schemas["SignInRequest"];

/** Codes that were tried: a page that is drawn twice must not use up a link and then say that it fails. */
const tried = new Set<string>();

export function SignInScreen() {
  const client = useQueryClient();
  const { hash } = useLocation();
  const [token, setToken] = useState("");
  const { mutate, error, isPending } = useMutation({
    mutationFn: (body: SignIn) => given(api.POST("/session", { body })),
    onSuccess: (session) => {
      rememberCsrfToken(session.csrf_token);
      forgetAll(client);
      client.setQueryData(sessionQuery.queryKey, session);
    },
  });
  useEffect(() => {
    if (hash === "" || tried.has(hash)) return;
    tried.add(hash);
    mutate({ link: hash });
  }, [hash, mutate]);
  return (
    <Center component="main" mih="100vh" p="md">
      <Stack maw={420} w="100%">
        <Page title={words.signIn.title}>
          <Text>{words.signIn.about}</Text>
          {error && <Failed error={error} />}
          {isPending && hash !== "" ? (
            <Loading />
          ) : (
            <form
              onSubmit={(event) => {
                event.preventDefault();
                mutate({ token: token.trim() });
              }}
            >
              <Stack>
                <PasswordInput
                  label={words.signIn.token}
                  description={words.signIn.where}
                  required
                  autoComplete="off"
                  value={token}
                  onChange={({ currentTarget }) => setToken(currentTarget.value)}
                />
                <Button type="submit" loading={isPending}>
                  {words.signIn.button}
                </Button>
              </Stack>
            </form>
          )}
        </Page>
      </Stack>
    </Center>
  );
}
