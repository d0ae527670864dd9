"""The conditions that a patient of the synthetic consortium can have: how they are coded, and how common they are."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Condition:
    """One condition, as either version of the ICD codes it.

    Args:
        icd9: ICD-9-CM.
        icd10: ICD-10-CM.
        log_odds: Of having it at 60 years.
        a_decade: What ten years more add.
    """

    icd9: str
    icd10: str
    log_odds: float
    a_decade: float = 0.2


CONDITIONS = (
    Condition("41071", "I214", -2.4, 0.35),
    Condition("4280", "I5023", -1.6, 0.5),
    Condition("4439", "I739", -2.5, 0.35),
    Condition("43491", "I639", -2.5, 0.35),
    Condition("2900", "F03", -3.4, 0.9),
    Condition("496", "J449", -1.7, 0.2),
    Condition("7140", "M069", -3.8),
    Condition("53190", "K259", -3.7),
    Condition("5715", "K7460", -3.0, 0.0),
    Condition("25000", "E119", -1.2, 0.2),
    Condition("25040", "E1122", -2.2, 0.2),
    Condition("34290", "G8190", -3.7),
    Condition("5859", "N189", -1.7, 0.35),
    Condition("1539", "C189", -2.4, 0.25),
    Condition("5722", "K7290", -3.8, 0.0),
    Condition("1977", "C787", -3.1, 0.2),
    Condition("042", "B20", -3.2, -0.5),
    Condition("4019", "I10", 0.2, 0.4),
    Condition("2724", "E785", -0.2, 0.3),
    Condition("2859", "D649", -1.2, 0.2),
    Condition("311", "F329", -1.4, -0.1),
    Condition("53081", "K219", -1.0, 0.1),
    Condition("7242", "M545", -1.6, 0.1),
    Condition("V1582", "Z87891", -1.0, 0.1),
)
"""What lasts; the first seventeen are Charlson's, in his order."""

EPISODES = (
    ("0389", "A419"),
    ("486", "J189"),
    ("5849", "N179"),
    ("5990", "N390"),
    ("42731", "I4891"),
    ("78659", "R0789"),
    ("6826", "L03119"),
    ("82009", "S72009A"),
    ("E8859", "W1830XA"),
    ("2761", "E871"),
    ("64893", "O99891"),
)
"""(ICD-9-CM, ICD-10-CM) of what comes and goes with one stay."""
