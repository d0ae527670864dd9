"""Every way we know to lie in the archive around a ``model.pt``."""

import gzip
import struct
import zlib
from dataclasses import replace

from fuzz.hostile import models
from fuzz.hostile.case import Case
from fuzz.hostile.case import model_case as case


def archive_cases() -> list[Case]:
    """Lies in headers, directory, ends and names, and parts that have no place."""
    parts = models.model_parts()
    plain = models.zipped(parts)
    zipped, part, added = models.zipped, models.with_part, models.with_added
    short = zipped(parts, with_zip64=False)
    size = len(plain)
    thousand = [models.Part(f"archive/data/{n}", b"x") for n in range(6, 1006)]
    bias = (zlib.crc32(next(each.matter for each in parts if each.name == "archive/data/1")), 32, 32)
    return [
        case("an empty file", b"", "no archive"),
        case("a text", b"not a model at all, sorry", "no archive"),
        case("four bytes of an archive", plain[:4], "cut off"),
        case("bytes before the archive", b"#!/bin/sh\n" + plain, "no archive"),
        case("bytes before the first part, offsets corrected", zipped(parts, before=b"PK\x03\x04junk"),
             "before its first"),
        case("bytes behind the archive", plain + b"junk", "its end is missing"),
        case("a second archive behind it", plain + plain, "contradict each other"),
        case("a comment", zipped(parts, comment=b"hello"), "its end is missing"),
        case("a comment that looks like an end", zipped(parts, comment=plain[-22:]), "does not end where"),
        case("bytes between parts and directory", zipped(parts, between=b"junk"), "something lies between"),
        case("bytes between two parts", part("data/1", gap=b"junk"), "something lies between"),
        case("a hidden part that the directory omits", part("data/1", gap=zipped(parts[:1])[:700]),
             "something lies between"),
        case("no parts at all", zipped([]), "no archive"),
        case("a count of no parts", zipped(parts, count=0), "contradicts itself"),
        case("a count of fewer parts", zipped(parts, count=3), "another length"),
        case("a count of more parts", zipped(parts, count=14), "directory is damaged"),
        case("a count of 65535 parts", zipped(parts, count=65535), "at most"),
        case("a real thousand of parts", zipped([*parts, *thousand]), "at most"),
        case("a directory that begins elsewhere", zipped(parts, directory_shift=-4), "does not end where"),
        case("a directory beyond the file", zipped(parts, directory_shift=2**31), "does not end where"),
        case("end records of two disks", zipped(parts, disks=1), "contradicts itself"),
        case("end records with two counts", zipped(parts, zip64_count=11), "contradict each other"),
        case("a locator that points elsewhere", zipped(parts, locator_shift=-1), "contradict each other"),
        case("a ZIP64 record in a part's own header", part("data/1", extra=struct.pack("<2H2Q", 1, 16, 32, 32)),
             "never writes"),
        case("a ZIP64 record in the directory", part("data/1", entry_extra=struct.pack("<2H2Q", 1, 16, 32, 32)),
             "never writes"),
        case("sizes that point to a ZIP64 record", part("data/1", size=2**32 - 1, stored_size=2**32 - 1,
             entry_extra=struct.pack("<2H2Q", 1, 16, 32, 32)), "never writes"),
        case("an offset that points to a ZIP64 record", part("data/1", header_offset=2**32 - 1,
             entry_extra=struct.pack("<2HQ", 1, 8, 0)), "never writes"),
        case("an end record that leaves all to ZIP64", ended(plain, b"\xff" * 12),
             "contradict each other"),
        case("a ZIP64 end without its locator", plain[:-42] + plain[-22:], "does not end where"),
        case("a locator without its ZIP64 end", plain[:-98] + plain[-42:], "contradict each other"),
        case("a ZIP64 end with room for more", plain[:-42] + b"patient 1" + plain[-42:], "contradict each other"),
        case("a ZIP64 end of another length", zip64_changed(plain, 4, struct.pack("<Q", 53)), "contradict each other"),
        case("a ZIP64 end on another disk", zip64_changed(plain, 16, struct.pack("<I", 1)), "contradict each other"),
        case("a ZIP64 end with its directory elsewhere", zip64_changed(plain, 48, struct.pack("<Q", 64)),
             "contradict each other"),
        case("a locator on two disks", zip64_changed(plain, 56 + 16, struct.pack("<I", 2)), "contradict each other"),
        case("a digital signature behind the directory", short[:-22] + b"PK\x05\x05\x03\x00abc" + short[-22:],
             "does not end where"),
        case("a marker of a split archive", b"PK\x07\x08" + plain, "no archive"),
        case("an end record at the beginning", plain[-22:] + plain, "no archive"),
        case("only an end record", plain[-22:], "no archive"),
        case("an end record of no parts", b"PK\x05\x06" + bytes(18), "no archive"),
        case("a part with another time in its own header", part("data/1", local_time=0x5A5A), "contradicts"),
        case("a descriptor without its signature", part("data/1", descriptor=struct.pack("<3I", *bias)),
             "lies between"),
        case("a descriptor twice", part("data/1", gap=struct.pack("<4s3I", b"PK\x07\x08", *bias)), "lies between"),
        case("a descriptor with another size", part(
             "data/1", descriptor=struct.pack("<4s3I", b"PK\x07\x08", bias[0], 32, 31)),
             "lies between"),
        case("a name with two slashes", added("archive//data/6"), "has no place"),
        case("a name with a point between", added("archive/./data/6"), "has no place"),
        case("a name in capitals", added("archive/DATA/0"), "has no place"),
        case("a record that is a folder", added("archive/data/6/", b""), "has no place"),
        case("a record of ten digits", added("archive/data/1000000000"), "has no place"),
        case("a record with a sign", added("archive/data/-1"), "has no place"),
        case("a record with a blank", added("archive/data/ 0"), "has no place"),
        case("a top folder that is a point", dotted("."), "does not lie in a top folder"),
        case("a top folder that is two points", dotted(".."), "does not lie in a top folder"),
        case("a top folder that runs backwards", dotted("model\u202etp.exe"), "does not lie in a top folder"),
        case("a top folder with a terminal's escape", dotted("model\x1b[2J"), "does not lie in a top folder"),
        case("a top folder of 300 letters", dotted("m" * 300), "does not lie in a top folder"),
        case("a part twice", zipped([*parts, next(p for p in parts if p.name == "archive/data/0")]), "comes twice"),
        case("data.pkl twice, the second one hostile",
             zipped([*parts, models.Part("archive/data.pkl", b"\x80\x02cos\nsystem\n.")]), "comes twice"),
        case("two parts in one place", models.overlapping(), "overlap"),
        case("a part inside another", part("data/1", header_offset=plain.index(b"archive/data/0FB") - 30),
             "overlap"),
        case("a part behind the directory", part("data/1", header_offset=size - 10), "overlap"),
        case("another name in the part's own header", part("data/1", local_name="archive/data/7"), "contradicts"),
        case("other flags in the part's own header", part("data/1", local_flags=0x0800), "contradicts"),
        case("another checksum in the part's own header", part("data/1", local_sizes=(1, 32, 32)), "contradicts"),
        case("another size in the part's own header", part("data/1", local_sizes=(0, 999, 999)), "contradicts"),
        case("no signature of the part", plain.replace(b"PK\x03\x04", b"PK\x03\x05")[:4].replace(b"\x05", b"\x04")
             + plain[4:].replace(b"PK\x03\x04", b"PK\x03\x05"), "contradicts"),
        case("an encrypted part", part("data/1", flags=0x0809), "encrypted"),
        case("a part patched by another", part("data/1", flags=0x0828), "encrypted"),
        case("a hidden local header", part("data/1", flags=0x2808), "encrypted"),
        case("a deflated part", models.deflated(), "compressed"),
        case("a zip bomb of 16 MB", models.deflated(matter=bytes(2**24)), "compressed"),
        case("the whole re-zipped with compression", models.rezipped_by_python(), "compressed"),
        case("a stored size that differs", part("data/1", stored_size=31), "compressed"),
        case("a size of 4 GB", part("data/1", size=2**32 - 2), "overlap"),
        case("a size one too large", part("data/1", size=33), "overlap"),
        case("a size one too small", part("data/1", size=31), "something lies between"),
        case("no data descriptor", part("data/1", descriptor=b""), "something lies between"),
        case("a data descriptor with another checksum", part("data/1", descriptor=b"PK\x07\x08" + bytes(12)),
             "lies between"),
        case("a flag without its data descriptor", part("data/1", flags=0x0800, local_sizes=bias, descriptor=bytes(16)),
             "lies between"),
        case("an unknown extra field", part("data/1", extra=b"UT\x04\x00ABCD"), "never writes"),
        case("an extra field of three bytes", part("data/1", extra=b"FB\x00"), "never writes"),
        case("padding that hides bytes", part("data/1", extra=b"FB\x04\x00evil"), "never writes"),
        case("padding with another length", part("data/1", extra=b"FB\x09\x00ZZZZ"), "never writes"),
        case("an extra field in the directory", part("data/1", entry_extra=b"UT\x04\x00ABCD"), "never writes"),
        case("a comment in the directory", part("data/1", entry_comment=b"hello"), "never writes"),
        case("a part that is a link", part("data/1", attributes=0xA1FF0000), "never writes"),
        case("a part on another disk", part("data/1", disk=1), "never writes"),
        case("a part in the parent folder", added("../evil"), "does not lie in a top folder"),
        case("a part in the parent of the top folder", added("archive/../../evil"), "has no place"),
        case("a part at an absolute path", added("/etc/passwd"), "does not lie in a top folder"),
        case("a part at a Windows path", added("C:\\evil"), "does not lie in a top folder"),
        case("a part with a backslash", added("archive\\data/6"), "does not lie in a top folder"),
        case("a part with a NUL", added("archive\x00/data/6"), "does not lie in a top folder"),
        case("a part with a NUL below the top folder", added("archive/data/1\x00"), "has no place"),
        case("a part without a folder", added("data.pkl"), "does not lie in a top folder"),
        case("a part without a name", added(""), "does not lie in a top folder"),
        case("a name that is no UTF-8", zipped([*parts, models.Part("archive/\xff", b"")], raw_names=True),
             "not UTF-8"),
        case("a name of 60 000 letters", added("archive/" + "x" * 60_000), "has no place"),
        case("a folder entry", added("archive/", b""), "has no place"),
        case("a second top folder", added("other/data/6"), "more than one top folder"),
        case("a file that torch does not write", added("archive/.DS_Store"), "'.DS_Store' has no place"),
        case("a record with a leading zero", added("archive/data/00"), "has no place"),
        case("a record with a Thai digit", added("archive/data/๑"), "has no place"),
        case("a TorchScript archive's code", added("archive/code/__torch__.py"), "TorchScript"),
        case("a TorchScript archive's constants", added("archive/constants.pkl"), "TorchScript"),
        case("no data.pkl", zipped([p for p in parts if p.name != "archive/data.pkl"]), "'data.pkl' is missing"),
        case("a byte order in capitals", models.model_file(byteorder=b"LITTLE"), "'byteorder' is not what"),
        case("no byte order in its part", models.model_file(byteorder=b""), "'byteorder' is not what"),
        case("a version with a blank", models.model_file(version=b"3 \n"), "'version' is not what"),
        case("a version without its line's end", models.model_file(version=b"3"), "'version' is not what"),
        case("an alignment of six digits", models.model_file(_storage_alignment=b"100000"), "'.storage_alignment' is"),
        case("a safetensors file", struct.pack("<Q", 2) + b"{}", "no archive"),
        case("an HDF5 file", b"\x89HDF\r\n\x1a\n" + bytes(100), "no archive"),
        case("a gzipped archive", gzip.compress(plain), "no archive"),
        case("a tar of an archive", b"archive.pt".ljust(512, b"\0") + plain, "no archive"),
        case("no version", models.model_file(version=None), "'version' is missing"),
        case("another version", models.model_file(version=b"4\n"), "'version' is not what"),
        case("big-endian numbers", models.model_file(byteorder=b"big"), "'byteorder' is not what"),
        case("another format", models.model_file(_format_version=b"2"), "'.format_version' is not what"),
        case("an alignment that is a text", models.model_file(_storage_alignment=b"many"),
             "'.storage_alignment' is not"),
        case("rows in the serialization id", models.model_file(_data_serialization_id=b"patient 1, 74 y"), "'.data/"),
        case("a serialization id of 1 MB", models.model_file(_data_serialization_id=b"1" * 2**20), "'.data/"),
        case("a data.pkl of 20 MB", models.model_file(b"\x80\x02" + bytes(20 * 2**20)), "larger than the description"),
        case("a wrong checksum of data.pkl", part("data.pkl", crc=1), "checksum of its part 'data.pkl'"),
        case("a wrong checksum of version", part("version", crc=1), "checksum of its part 'version'"),
        case("a wrong checksum of a record", part("data/4", crc=1), "checksum of its part 'data/4'"),
    ]  # fmt: skip


def ended(plain: bytes, fields: bytes) -> bytes:
    """An archive whose end record tells other counts and places."""
    return plain[:-14] + fields + plain[-2:]


def zip64_changed(plain: bytes, at: int, new: bytes) -> bytes:
    """An archive with bytes of its ZIP64 end record (56 bytes) and locator (20) replaced."""
    start = len(plain) - 22 - 20 - 56 + at
    return plain[:start] + new + plain[start + len(new) :]


def dotted(top: str) -> bytes:
    """An archive with another top folder."""
    return models.zipped([replace(p, name=p.name.replace("archive", top, 1)) for p in models.model_parts()])


CASES = archive_cases()
