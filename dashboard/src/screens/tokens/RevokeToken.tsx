import { api, given } from "../../api/client";
import { useAct } from "../../parts/act";
import { TypedConfirm } from "../../parts/TypedConfirm";
import { words } from "../../words/words";
import { type Token, whose } from "./tokens";

interface RevokeTokenProps {
  token: Token;
  isOwn: boolean;
  onClose: () => void;
}

/** Revoke a token, once its number is typed. */
export function RevokeToken({ token, isOwn, onClose }: RevokeTokenProps) {
  const { tokens: said } = words;
  const { mutate, isPending } = useAct({
    act: () => given(api.DELETE("/tokens/{token_id}", { params: { path: { token_id: token.id } } })),
    changes: isOwn ? ["session"] : ["tokens", "hospitals", "audit"],
    done: ({ id }) => said.revoked(id),
    onDone: onClose,
  });
  return (
    <TypedConfirm name={token.id} title={said.revokeTitle} button={said.revoke} isBusy={isPending} onConfirm={() => mutate(undefined)} onClose={onClose}>
      {said.revokeAbout(whose(token))} {isOwn && <b>{said.revokeOwn}</b>}
    </TypedConfirm>
  );
}
