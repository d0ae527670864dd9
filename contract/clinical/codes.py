"""ICD codes, version 9 and 10 → the 17 comorbidities of Charlson's index and the chapters that both versions share.

Comorbidities: Quan et al. 2005, "Coding algorithms for defining comorbidities in ICD-9-CM and ICD-10 administrative
data", Medical Care 43(11), table 1: the enhanced ICD-9-CM algorithm and the ICD-10 one, by prefixes, so that the longer
codes of ICD-10-CM fall under them too. What only ICD-10-CM has (C4A, C7A, C7B, E08, E09) is in none of them. Each of
the 17 stands for itself: that a severe form makes the mild one count no more is a rule of the index, which is not here.

Chapters: those of ICD-10, in which ICD-9-CM has the same bounds but for three: sense organs are with the nervous system
in both here, immunity (279) is with blood as in ICD-10 (D80 to D89), COVID-19 (U07.1, U07.2) is an infection. What a
code in neither list means is unknown here: it maps to nothing.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

COMORBIDITIES: tuple[str, ...] = (
    "myocardial_infarction",
    "heart_failure",
    "peripheral_vascular",
    "cerebrovascular",
    "dementia",
    "chronic_pulmonary",
    "rheumatic",
    "peptic_ulcer",
    "mild_liver",
    "diabetes",
    "diabetes_complicated",
    "paralysis",
    "renal",
    "cancer",
    "severe_liver",
    "metastatic_cancer",
    "aids_hiv",
)
CHAPTERS: tuple[str, ...] = (
    "infectious",
    "neoplasms",
    "blood",
    "endocrine",
    "mental",
    "nervous",
    "circulatory",
    "respiratory",
    "digestive",
    "genitourinary",
    "pregnancy",
    "skin",
    "musculoskeletal",
    "congenital",
    "perinatal",
    "symptoms",
    "injury",
    "external",
    "factors",
)

GROUPS: tuple[str, ...] = (*COMORBIDITIES, *CHAPTERS)
"""What the bits of a code's groups stand for, the lowest first."""

_COMORBIDITIES_9 = {
    "myocardial_infarction": "410 412",
    "heart_failure": "39891 40201 40211 40291 40401 40403 40411 40413 40491 40493 4254-4259 428",
    "peripheral_vascular": "0930 4373 440 441 4431-4439 4471 5571 5579 V434",
    "cerebrovascular": "36234 430-438",
    "dementia": "290 2941 3312",
    "chronic_pulmonary": "4168 4169 490-505 5064 5081 5088",
    "rheumatic": "4465 7100-7104 7140-7142 7148 725",
    "peptic_ulcer": "531-534",
    "mild_liver": "07022 07023 07032 07033 07044 07054 0706 0709 570 571 5733 5734 5738 5739 V427",
    "diabetes": "2500-2503 2508 2509",
    "diabetes_complicated": "2504-2507",
    "paralysis": "3341 342 343 3440-3446 3449",
    "renal": "40301 40311 40391 40402 40403 40412 40413 40492 40493 582 5830-5837 585 586 5880 V420 V451 V56",
    "cancer": "140-172 174-195 200-208 2386",
    "severe_liver": "4560-4562 5722-5728",
    "metastatic_cancer": "196-199",
    "aids_hiv": "042-044",
}
_COMORBIDITIES_10 = {
    "myocardial_infarction": "I21 I22 I252",
    "heart_failure": "I099 I110 I130 I132 I255 I420 I425-I429 I43 I50 P290",
    "peripheral_vascular": "I70 I71 I731 I738 I739 I771 I790 I792 K551 K558 K559 Z958 Z959",
    "cerebrovascular": "G45 G46 H340 I60-I69",
    "dementia": "F00-F03 F051 G30 G311",
    "chronic_pulmonary": "I278 I279 J40-J47 J60-J67 J684 J701 J703",
    "rheumatic": "M05 M06 M315 M32-M34 M351 M353 M360",
    "peptic_ulcer": "K25-K28",
    "mild_liver": "B18 K700-K703 K709 K713-K715 K717 K73 K74 K760 K762-K764 K768 K769 Z944",
    "diabetes": "E100 E101 E106 E108-E111 E116 E118-E121 E126 E128-E131 E136 E138-E141 E146 E148 E149",
    "diabetes_complicated": "E102-E105 E107 E112-E115 E117 E122-E125 E127 E132-E135 E137 E142-E145 E147",
    "paralysis": "G041 G114 G801 G802 G81 G82 G830-G834 G839",
    "renal": "I120 I131 N032-N037 N052-N057 N18 N19 N250 Z490-Z492 Z940 Z992",
    "cancer": "C00-C26 C30-C34 C37-C41 C43 C45-C58 C60-C76 C81-C85 C88 C90-C97",
    "severe_liver": "I850 I859 I864 I982 K704 K711 K721 K729 K765-K767",
    "metastatic_cancer": "C77-C80",
    "aids_hiv": "B20-B22 B24",
}
_CHAPTERS_9 = {
    "infectious": "001-139",
    "neoplasms": "140-239",
    "blood": "279-289",
    "endocrine": "240-278",
    "mental": "290-319",
    "nervous": "320-389",
    "circulatory": "390-459",
    "respiratory": "460-519",
    "digestive": "520-579",
    "genitourinary": "580-629",
    "pregnancy": "630-679",
    "skin": "680-709",
    "musculoskeletal": "710-739",
    "congenital": "740-759",
    "perinatal": "760-779",
    "symptoms": "780-799",
    "injury": "800-999",
    "external": "E",
    "factors": "V",
}
_CHAPTERS_10 = {
    "infectious": "A B U071 U072",
    "neoplasms": "C D0-D4",
    "blood": "D5-D8",
    "endocrine": "E",
    "mental": "F",
    "nervous": "G H",
    "circulatory": "I",
    "respiratory": "J",
    "digestive": "K",
    "genitourinary": "N",
    "pregnancy": "O",
    "skin": "L",
    "musculoskeletal": "M",
    "congenital": "Q",
    "perinatal": "P",
    "symptoms": "R",
    "injury": "S T",
    "external": "V W X Y",
    "factors": "Z",
}
_TERMINAL_9 = "4275 34882 V667 V4986"
_TERMINAL_10 = "I46 I9712 I9771 G9382 Z515 Z66"
"""Cardiac arrest, brain death, palliative care, do not resuscitate: codes of a stay that tell how it ended."""

_FORMS = {
    9: re.compile(r"[0-9]{3,5}|V[0-9]{2,4}|E[0-9]{3,4}", re.ASCII),
    10: re.compile(r"[A-Z][0-9][0-9A-Z]{1,5}", re.ASCII),
}
_IGNORED = str.maketrans("", "", ". \t")


def _prefixes(text: str) -> Iterator[str]:
    """Give the prefixes of a list; a range counts up the digits at the end: ``C00-C02`` is C00, C01, C02."""
    for part in text.split():
        first, _, last = part.partition("-")
        letters = first.rstrip("0123456789")
        digits = len(first) - len(letters)
        if not last:
            yield first
            continue
        for number in range(int(first[len(letters) :]), int(last[len(letters) :]) + 1):
            yield f"{letters}{number:0{digits}}"


def _by_prefix(*lists: Mapping[str, str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for each in lists:
        for group, text in each.items():
            for prefix in _prefixes(text):
                found[prefix] = found.get(prefix, 0) | 1 << GROUPS.index(group)
    return found


_GROUPS_BY_PREFIX = {
    9: _by_prefix(_COMORBIDITIES_9, _CHAPTERS_9),
    10: _by_prefix(_COMORBIDITIES_10, _CHAPTERS_10),
}
_TERMINAL = {9: tuple(_TERMINAL_9.split()), 10: tuple(_TERMINAL_10.split())}


def normalised(code: str) -> str:
    """Write a code as MIMIC-IV does: in capitals, without dot and blanks."""
    return code.translate(_IGNORED).upper()


@lru_cache(maxsize=1 << 16)
def groups_of(code: str, version: int) -> int:
    """Give the groups that a code belongs to, a bit each in the order of ``GROUPS``; 0: it maps to nothing.

    Args:
        code: With or without dot; a code of one version may have another meaning in the other.
        version: 9 or 10.
    """
    plain = normalised(code)
    form = _FORMS.get(version)
    if form is None or not form.fullmatch(plain):
        return 0
    known = _GROUPS_BY_PREFIX[version]
    found = 0
    for length in range(1, len(plain) + 1):
        found |= known.get(plain[:length], 0)
    return found


def is_terminal(code: str, version: int) -> bool:
    """Tell whether a code says that the stay ended, or was about to end, in death."""
    return normalised(code).startswith(_TERMINAL.get(version, ()))
