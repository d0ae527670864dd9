import { useInViewport } from "@mantine/hooks";
import { type ReactNode, useState } from "react";

const canTell = typeof IntersectionObserver !== "undefined";

/** Hold a place of a height until it is first looked at: what is dear to load isn't loaded for who doesn't scroll to it. */
export function InView({ height, children }: { height: number; children: ReactNode }) {
  const { ref, inViewport } = useInViewport<HTMLDivElement>();
  const [wasSeen, setWasSeen] = useState(!canTell);
  if (inViewport && !wasSeen) setWasSeen(true);
  return (
    <div ref={ref} style={{ minHeight: height }}>
      {wasSeen && children}
    </div>
  );
}
