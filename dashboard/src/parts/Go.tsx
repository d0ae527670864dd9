import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import { createLink, type LinkComponent } from "@tanstack/react-router";
import { type ComponentPropsWithRef } from "react";

type Taken = "href" | "color" | "style" | keyof AnchorProps;

function RawAnchor(props: AnchorProps & Omit<ComponentPropsWithRef<"a">, Exclude<Taken, "href">>) {
  return <Anchor underline="always" inherit {...props} />;
}

function RawButton(props: ButtonProps & Omit<ComponentPropsWithRef<"a">, "color" | "style" | keyof ButtonProps>) {
  return <Button component="a" variant="default" {...props} />;
}

/** A link to another screen, in a text. */
export const Go: LinkComponent<typeof RawAnchor> = createLink(RawAnchor);

/** The same as a button. */
export const GoButton: LinkComponent<typeof RawButton> = createLink(RawButton);
