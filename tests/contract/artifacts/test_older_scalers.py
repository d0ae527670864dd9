"""Real scalers of older libraries, fitted to the same 20 rows (the third feature constant), are read exactly."""

import base64

import pytest

from contract.artifacts.scaler_file import read_scaler_file

MEAN = (0.018776481964903873, 0.014218848825672592, 4.0)
VARIANCE = (1.284791132738684, 0.5696732630170211, 0.0)
SCALE = (1.133486273731925, 0.7547670256556133, 1.0)

FILES = {
    "scikit-learn 1.2.2, numpy 1.23, joblib 1.1, with names": (
        "gASVFwEAAAAAAACMG3NrbGVhcm4ucHJlcHJvY2Vzc2luZy5fZGF0YZSMDlN0YW5kYXJkU2NhbGVylJOUKYGUfZQojAl3aXRoX21l"
        "YW6UiIwId2l0aF9zdGSUiIwEY29weZSIjBFmZWF0dXJlX25hbWVzX2luX5SME2pvYmxpYi5udW1weV9waWNrbGWUjBFOdW1weUFy"
        "cmF5V3JhcHBlcpSTlCmBlH2UKIwIc3ViY2xhc3OUjAVudW1weZSMB25kYXJyYXmUk5SMBXNoYXBllEsDhZSMBW9yZGVylIwBQ5SM"
        "BWR0eXBllGgPaBaTlIwCTziUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LP3SUYowKYWxsb3dfbW1hcJSJdWKAAmNudW1weS5j"
        "b3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnEAY251bXB5Cm5kYXJyYXkKcQFLAIVxAmNfY29kZWNzCmVuY29kZQpxA1gBAAAA"
        "YnEEWAYAAABsYXRpbjFxBYZxBlJxB4dxCFJxCShLAUsDhXEKY251bXB5CmR0eXBlCnELWAIAAABPOHEMiYiHcQ1ScQ4oSwNYAQAA"
        "AHxxD05OTkr/////Sv////9LP3RxEGKJXXERKFgDAAAAYWdlcRJYAwAAAHNleHETWAUAAABrw7ZsbnEUZXRxFWIulcYAAAAAAAAA"
        "jA5uX2ZlYXR1cmVzX2luX5RLA4wPbl9zYW1wbGVzX3NlZW5flIwVbnVtcHkuY29yZS5tdWx0aWFycmF5lIwGc2NhbGFylJOUaBeM"
        "Amk4lImIh5RSlChLA4wBPJROTk5K/////0r/////SwB0lGJDCBQAAAAAAAAAlIaUUpSMBW1lYW5flGgLKYGUfZQoaA5oEWgSSwOF"
        "lGgUaBVoFmgXjAJmOJSJiIeUUpQoSwNoJk5OTkr/////Sv////9LAHSUYmgdiHVie43kXyQ6kz9AVIuVxR6NPwAAAAAAABBAlSYA"
        "AAAAAAAAjAR2YXJflGgLKYGUfZQoaA5oEWgSSwOFlGgUaBVoFmgxaB2IdWLn2pQlgY70P+4JQmzDOuI/AAAAAAAAAACVKAAAAAAA"
        "AACMBnNjYWxlX5RoCymBlH2UKGgOaBFoEksDhZRoFGgVaBZoMWgdiHVi3UvCgMIi8j8bSGktDSfoPwAAAAAAAPA/lR4AAAAAAAAA"
        "jBBfc2tsZWFybl92ZXJzaW9ulIwFMS4yLjKUdWIu"
    ),
    "scikit-learn 1.2.2, numpy 1.23, joblib 1.1": (
        "gASVhgEAAAAAAACMG3NrbGVhcm4ucHJlcHJvY2Vzc2luZy5fZGF0YZSMDlN0YW5kYXJkU2NhbGVylJOUKYGUfZQojAl3aXRoX21l"
        "YW6UiIwId2l0aF9zdGSUiIwEY29weZSIjA5uX2ZlYXR1cmVzX2luX5RLA4wPbl9zYW1wbGVzX3NlZW5flIwVbnVtcHkuY29yZS5t"
        "dWx0aWFycmF5lIwGc2NhbGFylJOUjAVudW1weZSMBWR0eXBllJOUjAJpOJSJiIeUUpQoSwOMATyUTk5OSv////9K/////0sAdJRi"
        "QwgUAAAAAAAAAJSGlFKUjAVtZWFuX5SME2pvYmxpYi5udW1weV9waWNrbGWUjBFOdW1weUFycmF5V3JhcHBlcpSTlCmBlH2UKIwI"
        "c3ViY2xhc3OUaA2MB25kYXJyYXmUk5SMBXNoYXBllEsDhZSMBW9yZGVylIwBQ5RoDmgPjAJmOJSJiIeUUpQoSwNoE05OTkr/////"
        "Sv////9LAHSUYowKYWxsb3dfbW1hcJSIdWJ7jeRfJDqTP0BUi5XFHo0/AAAAAAAAEECVJgAAAAAAAACMBHZhcl+UaBspgZR9lCho"
        "HmggaCFLA4WUaCNoJGgOaCdoKYh1YufalCWBjvQ/7glCbMM64j8AAAAAAAAAAJUoAAAAAAAAAIwGc2NhbGVflGgbKYGUfZQoaB5o"
        "IGghSwOFlGgjaCRoDmgnaCmIdWLdS8KAwiLyPxtIaS0NJ+g/AAAAAAAA8D+VHgAAAAAAAACMEF9za2xlYXJuX3ZlcnNpb26UjAUx"
        "LjIuMpR1Yi4="
    ),
    "scikit-learn 1.2.2, numpy 1.23, joblib 1.2, with names": (
        "gASVNwEAAAAAAACMG3NrbGVhcm4ucHJlcHJvY2Vzc2luZy5fZGF0YZSMDlN0YW5kYXJkU2NhbGVylJOUKYGUfZQojAl3aXRoX21l"
        "YW6UiIwId2l0aF9zdGSUiIwEY29weZSIjBFmZWF0dXJlX25hbWVzX2luX5SME2pvYmxpYi5udW1weV9waWNrbGWUjBFOdW1weUFy"
        "cmF5V3JhcHBlcpSTlCmBlH2UKIwIc3ViY2xhc3OUjAVudW1weZSMB25kYXJyYXmUk5SMBXNoYXBllEsDhZSMBW9yZGVylIwBQ5SM"
        "BWR0eXBllGgPaBaTlIwCTziUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LP3SUYowKYWxsb3dfbW1hcJSJjBtudW1weV9hcnJh"
        "eV9hbGlnbm1lbnRfYnl0ZXOUSxB1YoACY251bXB5LmNvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQBjbnVtcHkKbmRhcnJh"
        "eQpxAUsAhXECY19jb2RlY3MKZW5jb2RlCnEDWAEAAABicQRYBgAAAGxhdGluMXEFhnEGUnEHh3EIUnEJKEsBSwOFcQpjbnVtcHkK"
        "ZHR5cGUKcQtYAgAAAE84cQyJiIdxDVJxDihLA1gBAAAAfHEPTk5OSv////9K/////0s/dHEQYoldcREoWAMAAABhZ2VxElgDAAAA"
        "c2V4cRNYBQAAAGvDtmxucRRldHEVYi6VygAAAAAAAACMDm5fZmVhdHVyZXNfaW5flEsDjA9uX3NhbXBsZXNfc2Vlbl+UjBVudW1w"
        "eS5jb3JlLm11bHRpYXJyYXmUjAZzY2FsYXKUk5RoF4wCaTiUiYiHlFKUKEsDjAE8lE5OTkr/////Sv////9LAHSUYkMIFAAAAAAA"
        "AACUhpRSlIwFbWVhbl+UaAspgZR9lChoDmgRaBJLA4WUaBRoFWgWaBeMAmY4lImIh5RSlChLA2gnTk5OSv////9K/////0sAdJRi"
        "aB2IaB5LEHViCP//////////e43kXyQ6kz9AVIuVxR6NPwAAAAAAABBAlSoAAAAAAAAAjAR2YXJflGgLKYGUfZQoaA5oEWgSSwOF"
        "lGgUaBVoFmgyaB2IaB5LEHViBP/////n2pQlgY70P+4JQmzDOuI/AAAAAAAAAACVLAAAAAAAAACMBnNjYWxlX5RoCymBlH2UKGgO"
        "aBFoEksDhZRoFGgVaBZoMmgdiGgeSxB1YgL//91LwoDCIvI/G0hpLQ0n6D8AAAAAAADwP5UeAAAAAAAAAIwQX3NrbGVhcm5fdmVy"
        "c2lvbpSMBTEuMi4ylHViLg=="
    ),
    "scikit-learn 1.2.2, numpy 1.23, joblib 1.6, zlib": (
        "eF6Nkk1rFDEYx2e3W90K3a5UTwuLL5W+oAP2JEWYai/iwB6s4DFkZtImmsmEJNMyiNAe1BVTL332K/hBKn4JwYsIehIR72syu8WC"
        "F59DXh6S3/P/P8lBa/S+EdRhe/oZJ1iJUCoiVZESrZnYDVGGDQbb2TZYZFhl2ynmRMExrB7CC1ixc/vMUJQTLGBo2/VGm8ytW2kh"
        "Kzd3BNoh2JSKaMQEgnjGLgikcS65y2hCXM5eFmUuqzAtFAnzkhuGlcIV2HPalcO+nJ2tj7g5M5UkPtNkd+DN8DU8ghUHbdyFwWDw"
        "cOyiHuLAQLLVvjSxF8Ard87OeqGu3uLTIuEsCWsmkix13sFeHPjtPV/6icJSnvXZ1mWScqw10Hl73rfCC/S6NMVOTzzz0q0LlblL"
        "trEFtEMXbHPnjEK6+K8+ewFzXuyjPMfS9ao30VOzEeZsV+REGJRUhmiIu2XS8c7+xvOjr2hp4zjafPx29LF/FE2sdjdHa1PXtrWH"
        "FQLam7wW7dMr9KqXSq/TJSdxma4O6Zontzz12ye4cfjud/Rj7j7/sPFlyguC0c1TXv0g5L+IzfH4c3xycHLtV9R7wG7NL3+f8n5G"
        "o/4pr4um3w7tEaVZIVwTb4fr4TqUSfgHt4sFqg=="
    ),
    "scikit-learn 1.3.2, numpy 1.26, joblib 1.6, with names": (
        "gASVPQEAAAAAAACMG3NrbGVhcm4ucHJlcHJvY2Vzc2luZy5fZGF0YZSMDlN0YW5kYXJkU2NhbGVylJOUKYGUfZQojAl3aXRoX21l"
        "YW6UiIwId2l0aF9zdGSUiIwEY29weZSIjBFmZWF0dXJlX25hbWVzX2luX5SME2pvYmxpYi5udW1weV9waWNrbGWUjBFOdW1weUFy"
        "cmF5V3JhcHBlcpSTlCmBlH2UKIwIc3ViY2xhc3OUjAVudW1weZSMB25kYXJyYXmUk5SMBXNoYXBllEsDhZSMBW9yZGVylIwBQ5SM"
        "BWR0eXBllGgPjAVkdHlwZZSTlIwCTziUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LP3SUYowKYWxsb3dfbW1hcJSJjBtudW1w"
        "eV9hcnJheV9hbGlnbm1lbnRfYnl0ZXOUSxB1YoAFlZ0AAAAAAAAAjBVudW1weS5jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1"
        "Y3SUk5SMBW51bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsDhZRoA4wFZHR5cGWUk5SMAk84lImIh5RSlChLA4wBfJRO"
        "Tk5K/////0r/////Sz90lGKJXZQojANhZ2WUjANzZXiUjAVrw7ZsbpRldJRiLpXKAAAAAAAAAIwObl9mZWF0dXJlc19pbl+USwOM"
        "D25fc2FtcGxlc19zZWVuX5SMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMBnNjYWxhcpSTlGgYjAJpOJSJiIeUUpQoSwOMATyUTk5O"
        "Sv////9K/////0sAdJRiQwgUAAAAAAAAAJSGlFKUjAVtZWFuX5RoCymBlH2UKGgOaBFoEksDhZRoFGgVaBZoGIwCZjiUiYiHlFKU"
        "KEsDaChOTk5K/////0r/////SwB0lGJoHohoH0sQdWIM////////////////e43kXyQ6kz8mVIuVxR6NPwAAAAAAABBAlSoAAAAA"
        "AAAAjAR2YXJflGgLKYGUfZQoaA5oEWgSSwOFlGgUaBVoFmgzaB6IaB9LEHViBP/////n2pQlgY70P+4JQmzDOuI/AAAAAAAAAACV"
        "LAAAAAAAAACMBnNjYWxlX5RoCymBlH2UKGgOaBFoEksDhZRoFGgVaBZoM2geiGgfSxB1YgL//91LwoDCIvI/G0hpLQ0n6D8AAAAA"
        "AADwP5UeAAAAAAAAAIwQX3NrbGVhcm5fdmVyc2lvbpSMBTEuMy4ylHViLg=="
    ),
    "scikit-learn 1.3.2, numpy 1.26, joblib 1.6, weights": (
        "gASVigEAAAAAAACMG3NrbGVhcm4ucHJlcHJvY2Vzc2luZy5fZGF0YZSMDlN0YW5kYXJkU2NhbGVylJOUKYGUfZQojAl3aXRoX21l"
        "YW6UiIwId2l0aF9zdGSUiIwEY29weZSIjA5uX2ZlYXR1cmVzX2luX5RLA4wPbl9zYW1wbGVzX3NlZW5flIwVbnVtcHkuY29yZS5t"
        "dWx0aWFycmF5lIwGc2NhbGFylJOUjAVudW1weZSMBWR0eXBllJOUjAJmOJSJiIeUUpQoSwOMATyUTk5OSv////9K/////0sAdJRi"
        "QwgAAAAAAAA0QJSGlFKUjAVtZWFuX5SME2pvYmxpYi5udW1weV9waWNrbGWUjBFOdW1weUFycmF5V3JhcHBlcpSTlCmBlH2UKIwI"
        "c3ViY2xhc3OUaA2MB25kYXJyYXmUk5SMBXNoYXBllEsDhZSMBW9yZGVylIwBQ5SMBWR0eXBllGgSjAphbGxvd19tbWFwlIiMG251"
        "bXB5X2FycmF5X2FsaWdubWVudF9ieXRlc5RLEHViCv////////////94jeRfJDqTPyBUi5XFHo0/AAAAAAAAEECVKgAAAAAAAACM"
        "BHZhcl+UaBspgZR9lChoHmggaCFLA4WUaCNoJGglaBJoJohoJ0sQdWIE/////+jalCWBjvQ/7glCbMM64j8AAAAAAAAAAJUsAAAA"
        "AAAAAIwGc2NhbGVflGgbKYGUfZQoaB5oIGghSwOFlGgjaCRoJWgSaCaIaCdLEHViAv//3UvCgMIi8j8bSGktDSfoPwAAAAAAAPA/"
        "lR4AAAAAAAAAjBBfc2tsZWFybl92ZXJzaW9ulIwFMS4zLjKUdWIu"
    ),
    "scikit-learn 1.3.2, numpy 1.26, joblib 1.6, xz": (
        "/Td6WFoAAATm1rRGAgAhARQAAAD/5+wJ4AKeAdddAEABDnijcIDppSipPHdfojVyhIXhq4uSNB3VeIN0D6MkBKxmtQjSSwakrMQG"
        "FpEkUHupUlcMnK3/+/OQVd4gH64O0fTPgGgD76GznvLhcb9s5mcNqSSYSplBWi0oOQ8CeV8Iy17xtXpX4tUnjOiJUgPS55YJOLVz"
        "S2uSNPh5njtm0icFTuOEkzVZfw0sG8EnFtAh1MlgvcJvHK2JQlG/Ab1YjJKDjJ+gQBPDpz4o3Cp5Jg4mGgCQfDVusvhHLSZU3gp2"
        "0aQtlW6btC3O4cSs0F4mBFBkb3p/Ces8u8gTSyLJe5kyiTJmumJZh2q4KFdMqvykAglZgV5+Dc7xbOB2JHpzQxciSR4rwJEkmgpE"
        "WeLD3YY+G0oCF4gzbBcQWDNM895Grf0+KrsRAt7xs6s0hcVWuQT0sa/h8tYxXrDO4Ovc9baYQ9a8WvD7KcjGTwRFCFjTB+Zf42OD"
        "ZZypldM9zvCTj+quH1GlcfkLUCngilncuaEauwaAoJpmDyxywRCGZldZ/6Zy/bgI03qLLZS9tH7SqqEGnlJEy7e/dEb1E7ESv5vd"
        "h9yKI2o609fJTrmevW4ScnbGam2IQaupZnGfmQ1dpgkhU99jHlkt7h7Qet5+Xne90s1QewAAzDseU0DQ4mkAAfMDnwUAAKP2G/Sx"
        "xGf7AgAAAAAEWVo="
    ),
    "scikit-learn 1.5.2, numpy 2.1, joblib 1.6, with names": (
        "gASVPQEAAAAAAACMG3NrbGVhcm4ucHJlcHJvY2Vzc2luZy5fZGF0YZSMDlN0YW5kYXJkU2NhbGVylJOUKYGUfZQojAl3aXRoX21l"
        "YW6UiIwId2l0aF9zdGSUiIwEY29weZSIjBFmZWF0dXJlX25hbWVzX2luX5SME2pvYmxpYi5udW1weV9waWNrbGWUjBFOdW1weUFy"
        "cmF5V3JhcHBlcpSTlCmBlH2UKIwIc3ViY2xhc3OUjAVudW1weZSMB25kYXJyYXmUk5SMBXNoYXBllEsDhZSMBW9yZGVylIwBQ5SM"
        "BWR0eXBllGgPjAVkdHlwZZSTlIwCTziUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LP3SUYowKYWxsb3dfbW1hcJSJjBtudW1w"
        "eV9hcnJheV9hbGlnbm1lbnRfYnl0ZXOUSxB1YoAFlZ4AAAAAAAAAjBZudW1weS5fY29yZS5tdWx0aWFycmF5lIwMX3JlY29uc3Ry"
        "dWN0lJOUjAVudW1weZSMB25kYXJyYXmUk5RLAIWUQwFilIeUUpQoSwFLA4WUaAOMBWR0eXBllJOUjAJPOJSJiIeUUpQoSwOMAXyU"
        "Tk5OSv////9K/////0s/dJRiiV2UKIwDYWdllIwDc2V4lIwFa8O2bG6UZXSUYi6VywAAAAAAAACMDm5fZmVhdHVyZXNfaW5flEsD"
        "jA9uX3NhbXBsZXNfc2Vlbl+UjBZudW1weS5fY29yZS5tdWx0aWFycmF5lIwGc2NhbGFylJOUaBiMAmk4lImIh5RSlChLA4wBPJRO"
        "Tk5K/////0r/////SwB0lGJDCBQAAAAAAAAAlIaUUpSMBW1lYW5flGgLKYGUfZQoaA5oEWgSSwOFlGgUaBVoFmgYjAJmOJSJiIeU"
        "UpQoSwNoKE5OTkr/////Sv////9LAHSUYmgeiGgfSxB1Ygr/////////////e43kXyQ6kz8mVIuVxR6NPwAAAAAAABBAlSoAAAAA"
        "AAAAjAR2YXJflGgLKYGUfZQoaA5oEWgSSwOFlGgUaBVoFmgzaB6IaB9LEHViBP/////n2pQlgY70P+4JQmzDOuI/AAAAAAAAAACV"
        "LAAAAAAAAACMBnNjYWxlX5RoCymBlH2UKGgOaBFoEksDhZRoFGgVaBZoM2geiGgfSxB1YgL//91LwoDCIvI/G0hpLQ0n6D8AAAAA"
        "AADwP5UeAAAAAAAAAIwQX3NrbGVhcm5fdmVyc2lvbpSMBTEuNS4ylHViLg=="
    ),
    "scikit-learn 1.5.2, numpy 2.1, joblib 1.6, bz2": (
        "QlpoMzFBWSZTWcyezTMAAPj/9//z7Ql+/zJU+FkcgL//36pj7w4AAAIaAAASFMFUALABmTbZsGqeiT1NE9Jk09QGmaT0hiaNDTED"
        "0jQDEaB6gDaTammJ5NQap6FT9BTanoyamCNDI000aGmAgDIyMgZGhiDQ0ZNASp6iaUBpp6gyAaAGgaGgAAABoAPUAyACa1TLqXYw"
        "QgM/gyBecZAhGi96BwkQC6HuGCntPtGFstYom1DE5S00kNPRxSQUUayCjMQNEX4iCcArFSn62bGb3FM3xah07+q47ix4cb8qotSj"
        "qyOwTwK7IXMXMCeQAZlkyTTNmNjINyww3PvITTz4BxrXTD3So86iFSUUuXo8AQpR/QEhUBfAoks0vZc7IvITHrqsOAxpgeGafAhM"
        "Zeoym28C0ClVMA5acisisDeRfG4cY4oGacpCfJJJUcl0USihLwmmC32ROAlDLnEJi5JlxJBQUJCdJoNGXQwTR66fnVh5Kk9zIh5y"
        "CfwFtoOOneNHAZJA92QDIC7pwb1MosARBjxBNZzDiEqm6jph7aTtuh+iWN4TlNhaBl0iUkTX0LgchBoEFRqGBxuZgEXhnRg9j5x2"
        "n0OGUXtw1C5oCoZUCkvc8axs/Ope/rCw/cAwgWxrypmB0OrhNCA6MUUBahNo6n8KWVAcQsmqR5sWKIQMSflb2Q83fcqnfwMXeB6J"
        "OefUSCRyCT4Ea1/i7kinChIZk9mmYA=="
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_scaler_of_older_libraries_is_read(name: str) -> None:
    read = read_scaler_file(base64.b64decode(FILES[name]), features=3)

    assert read.state.num_examples == 20
    assert read.state.mean == pytest.approx(MEAN, rel=1e-12)
    assert read.state.variance == pytest.approx(VARIANCE, rel=1e-12)
    assert read.state.scale == pytest.approx(SCALE, rel=1e-12)
    assert f"scikit-learn {read.sklearn_version}," in name
    assert read.feature_names == (("age", "sex", "köln") if "names" in name else None)
