import { Alert, AppShell, Badge, Burger, Button, Group, Menu, NavLink, Text, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, Navigate, Outlet, useLocation, useMatches, useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";

import { useIsLive, useLiveEvents } from "../api/live";
import { type Session, sessionQuery, useSignOut, whoIs } from "../api/session";
import { useAct } from "../parts/act";
import { Failed, Loading } from "../parts/States";
import { words } from "../words/words";
import { ColourScheme } from "./ColourScheme";
import classes from "./Frame.module.css";
import { isOpenTo, placeOf, placesOf } from "./navigation";
import { NotYours } from "./NotYours";
import { Onward } from "./Onward";

const SIGN_IN = "/sign-in";

/** What stands around every screen: who is signed in, where to go, whether the page is live. */
export function Frame() {
  const { data: session, error, isPending, refetch } = useQuery(sessionQuery);
  const { href, pathname } = useLocation();
  // what is shown, not where it goes: between the two a screen would be drawn for nobody
  const isSignIn = useMatches({ select: (matches) => matches.some(({ fullPath }) => fullPath === SIGN_IN) });
  useLiveEvents(Boolean(session));
  if (isPending) return <Loading />;
  // while it is known who is there, a director that can't be reached takes no screen away, and nothing typed in it
  if (session === undefined) return <Failed error={error} again={() => void refetch()} />;
  if (isSignIn) return session ? <Onward /> : <Outlet />;
  if (!session && pathname === SIGN_IN) return <Loading />;
  if (!session) return <Navigate to={SIGN_IN} search={{ to: href }} />;
  // somebody else, as by another window, finds nothing of who was here before
  return <SignedIn key={whoIs(session)} session={session} />;
}

function SignedIn({ session }: { session: Session }) {
  const [isOpen, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const isLive = useIsLive();
  const here = placeOf(pathname);
  const isTheirs = isOpenTo(pathname, session.operations);
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: !isOpen } }} padding="md">
      <a href="#content" className={classes.skip}>
        {words.common.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" className={classes.name}>
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={words.common.menu} aria-expanded={isOpen} />
            <Text fw={600} truncate>
              {words.common.product}
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Badge role="status" variant="light" color={isLive ? "green" : "gray"} className={classes.live} title={isLive ? words.common.live : words.common.polling}>
              {words.common.live}
              {isLive ? "" : " ✕"}
              <VisuallyHidden>{isLive ? "" : words.common.polling}</VisuallyHidden>
            </Badge>
            <ColourScheme />
            <Person session={session} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label={words.common.navigation}>
        {placesOf(session.operations).map(({ to, label }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            onClick={close}
            active={here?.to === to}
            aria-current={here?.to === to ? "page" : undefined}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {session.banner !== null && (
          <Alert color="yellow" mb="md" role="note">
            {session.banner}
          </Alert>
        )}
        {isTheirs ? <Outlet /> : <NotYours role={session.role} />}
      </AppShell.Main>
    </AppShell>
  );
}

function Person({ session }: { session: Session }) {
  const signOut = useSignOut();
  const navigate = useNavigate();
  const { mutate: leave } = useAct({ act: signOut, changes: [], onDone: () => void navigate({ to: SIGN_IN }) });
  const who = [session.person ?? session.role, session.envoy_name].filter(Boolean).join(", ");
  return (
    <Menu position="bottom-end" trapFocus>
      <Menu.Target>
        <Button variant="default" size="xs" maw={160} aria-label={words.common.signedInAs(who)}>
          <Text size="xs" truncate>
            {who}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words.common.signedInAs(`${who} (${session.role})`)}</Menu.Label>
        <Menu.Item onClick={() => leave(false)}>{words.common.signOut}</Menu.Item>
        <Menu.Item onClick={() => leave(true)}>{words.common.signOutEverywhere}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
