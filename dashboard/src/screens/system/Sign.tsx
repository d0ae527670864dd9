/** A state in words with a sign before it: no colour says it. */
export function Sign({ isGood, label }: { isGood: boolean; label: string }) {
  return (
    <span>
      <span aria-hidden>{isGood ? "✓ " : "✕ "}</span>
      {label}
    </span>
  );
}
