import { Button, Fieldset, Group, NativeSelect, SimpleGrid, TextInput } from "@mantine/core";
import { useEffect, useRef } from "react";

import { categoriesOf, type Feature } from "../../parts/tasks";
import { words } from "../../words/words";
import type { Wrongs } from "./inputs";
import { fieldOf, type TypedStay } from "./record";

interface StayFieldsProps {
  stay: TypedStay;
  legend: string;
  /** The feature that says which types of admission there are; undefined: the task asks for none. */
  type: Feature | undefined;
  /** It was just added: its first field takes the focus. */
  isNew: boolean;
  wrongs: Wrongs;
  onType: (stay: TypedStay) => void;
  /** Null: it is the only one. */
  remove: { label: string; act: () => void } | null;
}

const { record: said, choose } = words.patient;

/** One admission: when, of what type, and its codes in either version. */
export function StayFields({ stay, legend, type, isNew, wrongs, onType, remove }: StayFieldsProps) {
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isNew) first.current?.focus();
  }, [isNew]);
  const field = (name: keyof Omit<TypedStay, "key">) => ({
    autoComplete: "off",
    value: stay[name],
    error: wrongs[fieldOf(stay, name)],
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) => onType({ ...stay, [name]: value }),
  });
  const types = type === undefined ? [] : categoriesOf(type);
  return (
    <Fieldset legend={legend}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        <TextInput ref={first} required label={said.admitted} description={said.admittedMeans} {...field("admitted")} />
        <TextInput label={said.discharged} description={said.dischargedMeans} {...field("discharged")} />
        {types.length === 0 ? (
          <TextInput label={said.type} description={said.typeMeans} {...field("type")} />
        ) : (
          <NativeSelect
            label={said.type}
            description={said.typeMeans}
            {...field("type")}
            data={[{ value: "", label: choose }, ...types.map((each) => ({ value: each, label: each }))]}
          />
        )}
        <TextInput label={said.codes(10)} description={said.codesMean} {...field("icd10")} />
        <TextInput label={said.codes(9)} description={said.codesMean} {...field("icd9")} />
      </SimpleGrid>
      {remove === null ? null : (
        <Group mt="sm">
          <Button variant="default" size="xs" onClick={remove.act}>
            {remove.label}
          </Button>
        </Group>
      )}
    </Fieldset>
  );
}
