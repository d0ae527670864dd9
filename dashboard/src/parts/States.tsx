import { Alert, Button, Center, Loader, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { ProblemError } from "../api/problems";
import { words } from "../words/words";

export function Loading() {
  return (
    <Center mih={120} role="status" aria-label={words.common.loading}>
      <Loader />
    </Center>
  );
}

/** There is nothing yet: says so, and what to do about it. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" py="xl" gap="sm">
      <Text>{children}</Text>
      {action}
    </Stack>
  );
}

/** Give an error's sentence and its hint as a person shall read them. */
export function toldOf(error: Error): { sentence: string; hint: string | null } {
  // what the director says is for programs: a person's page takes the header by itself
  if (error instanceof ProblemError && error.code === "csrf_token_missing") return { sentence: words.common.anotherSession, hint: null };
  if (error instanceof ProblemError) return { sentence: error.message, hint: error.hint };
  if (error instanceof TypeError) return { sentence: words.common.unreachable, hint: null };
  return { sentence: words.common.failed, hint: null };
}

/** Something failed: what, why, and what to do next. */
export function Failed({ error, again }: { error: Error; again?: () => void }) {
  const { sentence, hint } = toldOf(error);
  return (
    <Alert color="red" title={sentence} role="alert">
      <Stack gap="xs" align="flex-start">
        {hint ? (
          <Text size="sm">
            {words.common.next} {hint}
          </Text>
        ) : null}
        {again !== undefined && (
          <Button variant="default" size="xs" onClick={again}>
            {words.common.tryAgain}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
