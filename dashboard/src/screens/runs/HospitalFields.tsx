import { Checkbox, Input, Radio, Stack } from "@mantine/core";

import { words } from "../../words/words";
import classes from "./HospitalFields.module.css";
import type { FieldsProps } from "./StrategyFields";

interface HospitalFieldsProps extends FieldsProps {
  /** Those that are not disabled. */
  names: string[];
}

/** Who is invited: all, or some. */
export function HospitalFields({ form, wrongs, names, onChange }: HospitalFieldsProps) {
  const said = words.runs.form;
  return (
    <Stack gap="xs">
      <Radio.Group
        label={said.invited}
        description={said.hospitalsMeans}
        value={form.envoys === null ? "all" : "chosen"}
        onChange={(value) => onChange({ envoys: value === "all" ? null : [] })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="all" label={said.all(names.length)} />
          <Radio value="chosen" label={said.chosen} />
        </Stack>
      </Radio.Group>
      {form.envoys === null ? null : (
        <Checkbox.Group label={said.choose} value={form.envoys} onChange={(envoys) => onChange({ envoys })}>
          {/* a region that scrolls must be reachable by the keyboard: its boxes are */}
          <div className={classes.names}>
            {names.map((name) => (
              <Checkbox key={name} value={name} label={name} />
            ))}
          </div>
        </Checkbox.Group>
      )}
      {wrongs.envoys === undefined ? null : <Input.Error role="alert">{wrongs.envoys}</Input.Error>}
    </Stack>
  );
}
