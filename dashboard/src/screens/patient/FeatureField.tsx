import { Checkbox, Group, NativeSelect, Radio, Stack, TextInput } from "@mantine/core";

import { writeAmount } from "../../parts/numbers";
import { categoriesOf, type Feature, standInOf, unitOf } from "../../parts/tasks";
import { words } from "../../words/words";
import type { Typed } from "./inputs";

interface FeatureFieldProps {
  feature: Feature;
  typed: Typed;
  wrong: string | undefined;
  onType: (typed: Typed) => void;
}

const said = words.patient;
const [UNCHOSEN, UNKNOWN] = ["", "unknown"];

/** The field of one feature: of a number typed, of a flag and a category chosen; "not known" where it may be missing. */
export function FeatureField(props: FeatureFieldProps) {
  switch (props.feature.kind) {
    case "flag":
      return <FlagField {...props} />;
    case "category":
      return <CategoryField {...props} />;
    default:
      return <NumberField {...props} />;
  }
}

/** Say what a feature's values can be, where they come from, and what holds where there is none. */
function describe(feature: Feature): string {
  const { kind, minimum, maximum, name, source } = feature;
  const standIn = standInOf(feature);
  const told = [
    ...(kind === "count" || kind === "number" ? [said[kind](writeAmount(minimum), writeAmount(maximum))] : []),
    ...(source === name || source === "" ? [] : [said.from(source)]),
    ...(standIn === null ? [] : [said.countsAs(standInText(feature, standIn))]),
  ];
  return told.join(" ");
}

/** Write the value that stands for a missing one. */
export function standInText({ kind }: Pick<Feature, "kind">, standIn: number | string): string {
  if (typeof standIn === "string") return standIn;
  if (kind === "flag") return standIn === 0 ? said.no : said.yes;
  return writeAmount(standIn);
}

function common({ feature, wrong }: FeatureFieldProps) {
  return { required: true, label: said.feature(feature.name, unitOf(feature)), description: describe(feature), error: wrong };
}

function NumberField(props: FeatureFieldProps) {
  const { feature, typed, onType } = props;
  const { isUnknown, text } = typed;
  return (
    <Stack gap={6}>
      <TextInput
        {...common(props)}
        inputMode={feature.kind === "count" && feature.minimum >= 0 ? "numeric" : "decimal"}
        autoComplete="off"
        disabled={isUnknown}
        value={isUnknown ? "" : text}
        onChange={({ currentTarget }) => onType({ text: currentTarget.value, isUnknown: false })}
      />
      {standInOf(feature) === null ? null : (
        <Checkbox
          size="xs"
          label={said.notKnown}
          aria-label={said.isNotKnown(feature.name)}
          checked={isUnknown}
          onChange={({ currentTarget }) => onType({ text, isUnknown: currentTarget.checked })}
        />
      )}
    </Stack>
  );
}

function FlagField(props: FeatureFieldProps) {
  const { feature, typed, wrong, onType } = props;
  const choices = [
    { value: "1", label: said.yes },
    { value: "0", label: said.no },
    ...(standInOf(feature) === null ? [] : [{ value: UNKNOWN, label: said.notKnown }]),
  ];
  return (
    <Radio.Group
      {...common(props)}
      value={typed.isUnknown ? UNKNOWN : typed.text}
      onChange={(value) => onType(value === UNKNOWN ? { text: "", isUnknown: true } : { text: value, isUnknown: false })}
    >
      <Group mt={6} mb={wrong === undefined ? 0 : 6}>
        {choices.map(({ value, label }) => (
          <Radio key={value} value={value} label={label} error={wrong !== undefined} />
        ))}
      </Group>
    </Radio.Group>
  );
}

/** A category is chosen by its place: it may be called as what stands for none. */
function CategoryField(props: FeatureFieldProps) {
  const { feature, typed, onType } = props;
  const categories = categoriesOf(feature);
  const place = categories.indexOf(typed.text);
  return (
    <NativeSelect
      {...common(props)}
      value={typed.isUnknown ? UNKNOWN : place < 0 ? UNCHOSEN : String(place)}
      onChange={({ currentTarget: { value } }) => onType({ text: categories[Number(value || NaN)] ?? "", isUnknown: value === UNKNOWN })}
      data={[
        { value: UNCHOSEN, label: said.choose },
        ...categories.map((category, at) => ({ value: String(at), label: category })),
        ...(standInOf(feature) === null ? [] : [{ value: UNKNOWN, label: said.notKnown }]),
      ]}
    />
  );
}
