import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { WayTo } from "../../parts/Way";
import { words } from "../../words/words";
import { type Complaints, needsPerson, requestOf, type Role, ROLES, takesHospital, takesPerson, type TokenForm, type TokenRequest } from "./tokens";

interface IssueTokenFormProps {
  hospitals: readonly string[];
  isBusy: boolean;
  onAsk: (request: TokenRequest) => void;
  onClose: () => void;
}

/** Ask for what a token takes: its role decides which. */
export function IssueTokenForm({ hospitals, isBusy, onAsk, onClose }: IssueTokenFormProps) {
  const { tokens: said, common } = words;
  const [form, setForm] = useState<TokenForm>({ role: "staff", hospital: "", person: "", days: "" });
  const [complaints, setComplaints] = useState<Complaints>({});
  const change = (some: Partial<TokenForm>) => {
    setForm({ ...form, ...some });
    setComplaints({});
  };
  const { role } = form;
  return (
    <Modal opened onClose={onClose} title={said.issueTitle} closeButtonProps={{ "aria-label": common.close }}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const read = requestOf(form);
          if ("request" in read) onAsk(read.request);
          else setComplaints(read.complaints);
        }}
      >
        <Stack gap="sm">
          <NativeSelect
            data-autofocus
            label={said.role}
            description={said.roleHints[role]}
            value={role}
            onChange={({ currentTarget }) => change({ role: currentTarget.value as Role })}
            data={ROLES.map((each) => ({ value: each, label: said.roles[each] }))}
          />
          {role === "hospital" && <Text size="sm">{said.joinHint}</Text>}
          {takesHospital(role) && (
            <NativeSelect
              label={said.hospital}
              required
              error={complaints.hospital}
              value={form.hospital}
              onChange={({ currentTarget }) => change({ hospital: currentTarget.value })}
              data={["", ...hospitals]}
            />
          )}
          {takesHospital(role) && hospitals.length === 0 && (
            <Text size="sm">
              {said.noHospitals} <WayTo way={{ to: "/hospitals/add" }}>{said.addHospital}</WayTo>
            </Text>
          )}
          {takesPerson(role) && (
            <TextInput
              label={said.person}
              description={said.personHint}
              required={needsPerson(role)}
              maxLength={100}
              autoComplete="off"
              error={complaints.person}
              value={form.person}
              onChange={({ currentTarget }) => change({ person: currentTarget.value })}
            />
          )}
          <TextInput
            label={said.days}
            description={said.daysHint}
            inputMode="numeric"
            error={complaints.days}
            value={form.days}
            onChange={({ currentTarget }) => change({ days: currentTarget.value })}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common.cancel}
            </Button>
            <Button type="submit" loading={isBusy}>
              {said.issue}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
