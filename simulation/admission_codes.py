"""Short lists of real diagnosis codes (without dots) and of MIMIC-IV's words for an admission.

Each list of codes has a prime length, so that any stride through it visits every code once before it repeats. They hold
what readers must get right: leading zeros, E and V codes, letters within, and codes of three and of seven characters.
"""

ICD9_CODES = [
    "4019",
    "42731",
    "4280",
    "41401",
    "25000",
    "2724",
    "5849",
    "486",
    "496",
    "0389",
    "99592",
    "51881",
    "2859",
    "311",
    "30000",
    "2449",
    "53081",
    "V5861",
    "V1582",
    "E8788",
    "E8497",
    "E9342",
    "00845",
    "07054",
    "2761",
    "2762",
    "5990",
    "40390",
    "5859",
    "3051",
    "V4581",
    "V4582",
    "41071",
    "43491",
    "27800",
    "2851",
    "2875",
    "78039",
    "71590",
    "73300",
    "042",
]
ICD10_CODES = [
    "I10",
    "E785",
    "E119",
    "I2510",
    "I5023",
    "I4891",
    "N179",
    "N189",
    "J189",
    "J449",
    "A419",
    "R6520",
    "J9601",
    "D649",
    "F329",
    "F419",
    "E039",
    "K219",
    "Z7901",
    "Z87891",
    "Y92230",
    "A0472",
    "B182",
    "E871",
    "E872",
    "N390",
    "I129",
    "F17210",
    "Z951",
    "Z955",
    "I214",
    "I639",
    "E669",
    "D62",
    "D696",
    "R569",
    "M1990",
    "C7A1",
    "W19XXXA",
    "B20",
    "Z66",
]

EMERGENCY_TYPES = ("EW EMER.", "DIRECT EMER.", "URGENT", "EU OBSERVATION", "OBSERVATION ADMIT")
PLANNED_TYPES = ("ELECTIVE", "SURGICAL SAME DAY ADMISSION", "AMBULATORY OBSERVATION")
EMERGENCY_LOCATIONS = ("EMERGENCY ROOM", "TRANSFER FROM HOSPITAL", "WALK-IN/SELF REFERRAL")
PLANNED_LOCATIONS = ("PHYSICIAN REFERRAL", "CLINIC REFERRAL")
DISCHARGE_LOCATIONS = ("HOME", "HOME HEALTH CARE", "SKILLED NURSING FACILITY", "REHAB", "AGAINST ADVICE", "")
INSURANCES = ("Medicare", "Medicaid", "Other")
LANGUAGES = ("ENGLISH", "?")
MARITAL_STATUSES = ("MARRIED", "SINGLE", "WIDOWED", "DIVORCED", "")
RACES = ("WHITE", "BLACK/AFRICAN", "BLACK/AFRICAN AMERICAN", "ASIAN", "HISPANIC OR LATINO", "OTHER", "UNKNOWN")
ANCHOR_YEAR_GROUPS = ("2008 - 2010", "2011 - 2013", "2014 - 2016", "2017 - 2019")
