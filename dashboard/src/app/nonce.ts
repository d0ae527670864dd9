import { setNonce } from "get-nonce";

/** The page's nonce: styles that the libraries make take it, so that the policy forbids all others. */
export function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
}

export function giveNonceToLibraries(): void {
  const nonce = pageNonce();
  if (nonce) setNonce(nonce);
}
