import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, FunctionComponent, ReactNode } from "react";

import type { Filters } from "../app/router";

/** Where a thing is looked at or decided: a screen, what it is about, its filters. */
export interface Way {
  to: string;
  params?: Record<string, string>;
  search?: Filters;
}

/** The router's link for a way that is known only when it is shown; its own type takes paths written in the code alone. */
export const WayLink = Link as FunctionComponent<Way & AnchorHTMLAttributes<HTMLAnchorElement>>;

interface WayProps {
  way: Way;
  children: ReactNode;
  "aria-label"?: string;
}

/** A link within text: always underlined, since colour alone marks nothing. */
export function WayTo({ way, children, ...looks }: WayProps & AnchorProps) {
  return (
    <Anchor component={WayLink} underline="always" inherit {...looks} {...way}>
      {children}
    </Anchor>
  );
}

/** A link that looks like a button, for where a screen leads on to another. */
export function WayButton({ way, children, ...looks }: WayProps & ButtonProps) {
  return (
    <Button component={WayLink} variant="default" {...looks} {...way}>
      {children}
    </Button>
  );
}

/** Give the screen of a hospital. */
export const wayToHospital = (envoy: string): Way => ({ to: "/hospitals/$envoy", params: { envoy } });
