"""The hospital's clerk: tables → cohort → training → labelled parcel → POST. No patient's row ever leaves."""
