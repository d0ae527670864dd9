import { useState } from "react";

/** A key that is used once; also where the page is no secure context, in which `crypto.randomUUID` is missing. */
export function freshKey(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The idempotency key of a request: with it, sending the same again after a broken connection does it once. */
export class OnceKey {
  private about = "";
  private key = "";

  /** Give the key: the same for as long as the same is asked; a fresh one for another request, or after `forget`. */
  of(request: unknown): string {
    const about = JSON.stringify(request);
    if (this.key === "" || about !== this.about) [this.about, this.key] = [about, freshKey()];
    return this.key;
  }

  forget(): void {
    this.key = "";
  }
}

/** Keep one for as long as a form stands. */
export function useOnceKey(): OnceKey {
  const [key] = useState(() => new OnceKey());
  return key;
}
