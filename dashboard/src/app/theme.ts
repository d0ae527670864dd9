import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** Teal, dark enough on white (4.5:1) and light enough on black in the shades that text takes. */
const centre: MantineColorsTuple = [
  "#e3fafc",
  "#c5f6fa",
  "#99e9f2",
  "#66d9e8",
  "#3bc9db",
  "#15aabf",
  "#0c8599",
  "#0b7285",
  "#095c6b",
  "#064450",
];

export const theme = createTheme({
  primaryColor: "centre",
  colors: { centre },
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: "sm",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // a dialog's header stands outside of the page's landmarks: to a browser it would be a second banner
    ModalHeader: { defaultProps: { role: "presentation" } },
    // what to do next is no small print
    Notification: { styles: { description: { color: "var(--mantine-color-text)" } } },
  },
});

/** Colours of texts that Mantine has too pale for small print: each at least 4.5:1 on the grounds that it stands on. */
export const readable: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#495057",
    "--mantine-color-placeholder": "#5c636a",
    "--mantine-color-error": "#c92a2a",
    "--mantine-color-green-outline": "#1b5e2b",
    "--mantine-color-yellow-outline": "#6b3d00",
    "--mantine-color-red-outline": "#a51111",
    "--mantine-color-green-light-color": "#1b5e2b",
    "--mantine-color-yellow-light-color": "#6b3d00",
    "--mantine-color-red-light-color": "#a51111",
  },
  dark: {
    "--mantine-color-dimmed": "#b8b8b8",
    "--mantine-color-placeholder": "#a6a6a6",
    "--mantine-color-error": "#ff8787",
  },
});
