import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/scheme.css";

import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { watchActivity } from "./api/activity";
import { giveNonceToLibraries, pageNonce } from "./app/nonce";
import { queryClient } from "./app/queryClient";
import { router } from "./app/router";
import { readable, theme } from "./app/theme";

giveNonceToLibraries();
watchActivity();

const place = document.getElementById("root");
if (!place) throw new Error("the page has no place for the dashboard");

createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={readable} defaultColorScheme="auto" getStyleNonce={pageNonce}>
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
