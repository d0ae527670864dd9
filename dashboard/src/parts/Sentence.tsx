import { Fragment, type ReactNode } from "react";

/** Put links and times into a sentence of the catalogue at its `{name}`s, so that a language orders its words itself. */
export function Sentence({ text, parts }: { text: string; parts: Record<string, ReactNode> }) {
  return text.split(/(\{\w+\})/).map((piece, at) => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    const part = name === undefined ? undefined : parts[name];
    return <Fragment key={at}>{part ?? piece}</Fragment>;
  });
}
