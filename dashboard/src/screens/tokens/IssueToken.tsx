import { api, given, type Schemas } from "../../api/client";
import { useAct } from "../../parts/act";
import { useOnceKey } from "../../parts/onceKey";
import { IssueTokenForm } from "./IssueTokenForm";
import type { TokenRequest } from "./tokens";

interface IssueTokenProps {
  hospitals: readonly string[];
  onIssued: (token: Schemas["IssuedToken"]) => void;
  onClose: () => void;
}

export function IssueToken({ hospitals, onIssued, onClose }: IssueTokenProps) {
  const once = useOnceKey();
  const { mutate, isPending } = useAct({
    act: (body: TokenRequest) =>
      given(api.POST("/tokens", { body, params: { header: { "Idempotency-Key": once.of(body) } } })),
    changes: ["tokens", "hospitals", "audit"],
    onDone: onIssued,
  });
  return <IssueTokenForm hospitals={hospitals} isBusy={isPending} onAsk={mutate} onClose={onClose} />;
}
