import { en } from "./en";

/** All that the dashboard says. Another language is another value of this type; no component knows which. */
export type Words = typeof en;

export const words: Words = en;
export const LANGUAGE = "en";
