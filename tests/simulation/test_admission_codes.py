"""The short lists of codes hold what readers get wrong."""


def test_codes_include_what_readers_get_wrong(tables) -> None:
    codes = tables[0].diagnoses["icd_code"].astype(object)

    for pattern in ("0[0-9]+", "E[0-9]{4}", "V[0-9]+", "W19XXXA", "B20"):
        assert codes.str.fullmatch(pattern).any(), pattern
