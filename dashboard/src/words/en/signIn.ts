export const signIn = {
  title: "Sign in",
  about: "With a token of staff, an analyst or an admin. The token of a hospital's machine is not for browsers.",
  token: "Token",
  button: "Sign in",
  linkRuns: "Signing in with the link…",
  linkFailed: "The link did not work: each works once and for a short time.",
  ended: "You are signed out.",
  where: "The consortium's admin issues tokens: fl-director token issue.",
};
