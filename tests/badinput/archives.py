# SPDX-License-Identifier: MIT
"""Damaged ramdisks: each case is an archive, the message it deserves, and what must still be there.

A case called X has its files below /X: `before`, which comes ahead of the damage, and often
`after`,
which does not. Messages are regular expressions for what follows "initramfs: module N".
"""
import bz2
import gzip
import io
import lzma
import struct
import tarfile
from dataclasses import dataclass, field

FIELDS = (
    "ino",
    "mode",
    "uid",
    "gid",
    "nlink",
    "mtime",
    "filesize",
    "dev_major",
    "dev_minor",
    "rdev_major",
    "rdev_minor",
    "namesize",
    "check",
)
GARBAGE = bytes(range(1, 256)) * 5


@dataclass
class Case:
    name: str
    data: bytes
    says: list  # messages, all of which must come
    there: dict = field(default_factory=dict)  # path: contents
    gone: list = field(default_factory=list)  # paths that must not exist
    quiet: bool = False  # and no other message of an error


# ---- cpio ----


def entry(name, data=b"", mode=0o100644, magic=b"070701", raw=None, **fields):
    """One newc entry; `fields` replace what is right, `raw` the digits of one field."""
    name = name if isinstance(name, bytes) else name.encode() + b"\0"
    values = dict.fromkeys(FIELDS, 0)
    values.update(mode=mode, nlink=1, filesize=len(data), namesize=len(name))
    values.update(fields)
    digits = [b"%08x" % values[key] for key in FIELDS]
    for key, text in (raw or {}).items():
        digits[FIELDS.index(key)] = text
    out = magic + b"".join(digits) + name
    out += bytes(-len(out) % 4) + data
    return out + bytes(-len(out) % 4)


TRAILER = entry("TRAILER!!!", mode=0)


def cpio_case(name, middle, says, there=(), gone=(), quiet=False, survives=False):
    """before, `middle`, after; `survives`: what comes after it is unpacked too."""
    head = entry(name, mode=0o40755) + entry(name + "/before", b"before\n")
    data = head + middle + entry(name + "/after", b"after\n") + TRAILER
    files = {name + "/before": b"before\n", **dict(there)}
    missing = list(gone)
    if survives:
        files[name + "/after"] = b"after\n"
    else:
        missing.append(name + "/after")
    says = [text.replace("{at}", str(len(head))) for text in says]
    return Case(name, data, says, files, missing, quiet)


def damaged(text):
    return [": damaged cpio archive at byte {at}: " + text]


def cpio_truncated():
    """The same archive, cut at every interesting place."""
    body = b"contents " * 40
    cuts = {"magic": 3, "header": 60, "header-end": 110, "name": 112, "padding": 119, "data": 200}
    for where, more in cuts.items():
        name = "cut-" + where
        head = entry(name, mode=0o40755) + entry(name + "/before", b"before\n")
        whole = head + entry(name + "/cut", body) + TRAILER
        yield Case(
            name,
            whole[: len(head) + more],
            [rf": damaged cpio archive at byte {len(head)}: the archive ends "],
            {name + "/before": b"before\n"},
            [name + "/cut"],
        )
    name = "cut-trailer"
    head = entry(name, mode=0o40755) + entry(name + "/before", b"before\n")
    yield Case(
        name,
        head,
        [rf": damaged cpio archive at byte {len(head)}: the archive ends without"],
        {name + "/before": b"before\n"},
    )
    yield Case(
        "cut-in-trailer",
        entry("cut-in-trailer", mode=0o40755) + TRAILER[:50],
        [": damaged cpio archive at byte 128: the archive ends inside a header"],
    )


def cpio_headers():
    yield cpio_case(
        "digits",
        entry("digits/x", raw={"mode": b"0000g1a4"}),
        damaged("a header field is not hexadecimal"),
    )
    yield cpio_case(
        "magic-odd",
        entry("magic-odd/x", magic=b"070707"),
        damaged("the archive ends without its trailer"),
    )
    yield cpio_case("name-0", entry("x", namesize=0), damaged("a name is empty or too long"))
    yield cpio_case("name-1", entry(b"\0"), damaged("a name is empty or too long"))
    yield cpio_case("name-4097", entry(b"n" * 4096 + b"\0"), damaged("a name is empty or too long"))
    yield cpio_case(
        "name-huge", entry("x", namesize=0xFFFFFFFF), damaged("a name is empty or too long")
    )
    yield cpio_case(
        "name-longer", entry(b"name-longer/x\0yz\0"), damaged("a name's length is wrong")
    )
    yield cpio_case("name-open", entry(b"name-open/x"), damaged("a name's length is wrong"))
    yield cpio_case(
        "size-huge",
        entry("size-huge/x", filesize=0xFFFFFFFF),
        damaged("the archive ends inside a file"),
    )
    yield cpio_case(
        "size-2g",
        entry("size-2g/x", filesize=0x7FFFFFFF),
        damaged("the archive ends inside a file"),
    )
    yield cpio_case(
        "sum",
        entry("sum/x", b"sum", magic=b"070702", check=1),
        damaged("a file's checksum is wrong"),
        gone=["sum/x"],
    )
    yield cpio_case(
        "sum-right",
        entry("sum-right/x", b"sum", magic=b"070702", check=sum(b"sum")),
        [": .* entries"],
        {"sum-right/x": b"sum"},
        survives=True,
        quiet=True,
    )
    yield cpio_case("garbage", GARBAGE[:256], damaged("the archive ends without its trailer"))


def fails(path, error):
    return [rf": cannot unpack '{path}': error {error}$"]


def cpio_entries():
    """Wrong in themselves; the others are unpacked."""

    def one(name, middle, says, there=(), gone=(), **how):
        return cpio_case(name, middle, says, there, gone, survives=True, **how)

    yield one(
        "type-0", entry("type-0/x", b"x", mode=0o644), fails("type-0/x", 22), gone=["type-0/x"]
    )
    yield one("type-odd", entry("type-odd/x", mode=0o170644), fails("type-odd/x", 22))
    yield one(
        "type-replace",
        entry("type-replace/before", mode=0o170644),
        fails("type-replace/before", 22),
    )
    yield one(
        "symlink-empty",
        entry("symlink-empty/before", mode=0o120777),
        fails("symlink-empty/before", 22),
    )
    yield one(
        "symlink-long",
        entry("symlink-long/x", b"t" * 5000, mode=0o120777),
        fails("symlink-long/x", 22),
    )
    yield one("component", entry("component/" + "c" * 256, b"x"), fails("component/c+", 36))
    yield one("below-file", entry("below-file/before/x", b"x"), fails("below-file/before/x", 20))
    yield one("over-dir", entry("over-dir", b"x"), fails("over-dir", 39))
    yield one(
        "device",
        entry("device/x", mode=0o20644, rdev_major=0xFFFFFFFF, rdev_minor=0xFFFFFFFF),
        [": .* entries"],
        quiet=True,
    )
    yield one(
        "owner",
        entry("owner/x", b"x", uid=0xFFFFFFFF, gid=0xFFFFFFFF, mtime=0xFFFFFFFF),
        [": .* entries"],
        {"owner/x": b"x"},
        quiet=True,
    )
    yield one(
        "control",
        entry("control/\x1b[2J\n<0>[ 0.0] fake/" + "x" * 300, b"x"),
        [r": cannot unpack 'control/\?\[2J\?<0>\[ 0\.0\] fake/x+': error 36$"],
    )
    yield one(
        "many",
        b"".join(entry(f"many/before/{i}", b"x") for i in range(30)),
        [": 30 entries in all could not be unpacked"],
    )


def cpio_links():
    one = {"nlink": 2, "ino": 7}
    yield cpio_case(
        "link-alone",
        entry("link-alone/x", b"x", **one),
        [": .* entries"],
        {"link-alone/x": b"x"},
        survives=True,
        quiet=True,
    )
    yield cpio_case(
        "link-last",
        entry("link-last/x", **one) + entry("link-last/y", b"y", **one),
        [": .* entries"],
        {"link-last/x": b"y", "link-last/y": b"y"},
        survives=True,
        quiet=True,
    )
    yield cpio_case(
        "link-itself",
        entry("link-itself/x", b"x", **one) * 2,
        [": .* entries"],
        {"link-itself/x": b"x"},
        survives=True,
        quiet=True,
    )
    yield cpio_case(
        "link-lost",
        entry("link-lost/x", b"x", **one)
        + entry("link-lost/x", mode=0o40755)
        + entry("link-lost/before", b"", **one),
        fails("link-lost/before", 1),
        survives=True,
    )


def cpio_paths():
    """However it is written, it stays below the root and lands where Linux would put it."""

    def one(name, middle, there, says=(": .* entries",), quiet=True):
        return cpio_case(name, middle, list(says), there, survives=True, quiet=quiet)

    yield one("dots", entry("../../../dots/up", b"up"), {"dots/up": b"up"})
    yield one(
        "dots-inside", entry("dots-inside/a/../../dots-inside/b", b"b"), {"dots-inside/b": b"b"}
    )
    yield one("slashes", entry("///slashes//x", b"x"), {"slashes/x": b"x"})
    yield one(
        "root", entry("/", mode=0o40755) + entry(".", mode=0o40755) + entry("..", mode=0o40755), {}
    )
    yield one("root-file", entry("/", b"x"), {}, fails("/", 22), quiet=False)
    yield one("parents", entry("parents/a/b/c/d/x", b"x"), {"parents/a/b/c/d/x": b"x"})
    yield one(
        "through",
        entry("through/l", b"/through", mode=0o120777) + entry("through/l/x", b"x"),
        {"through/x": b"x"},
    )
    yield one(
        "loop",
        entry("loop/l", b"l", mode=0o120777) + entry("loop/l/x", b"x"),
        {},
        fails("loop/l/x", 40),
        quiet=False,
    )


# ---- tar ----


def tar_header(name, length=0, kind=b"0", link="", **fields):
    """One ustar block with a right checksum, unless `fields` (bytes) say otherwise."""
    values = {
        "mode": b"0000644\0",
        "uid": b"0000000\0",
        "gid": b"0000000\0",
        "size": b"%011o\0" % length,
        "mtime": b"00000000000\0",
        "checksum": None,
        "magic": b"ustar\00000",
        **fields,
    }
    block = bytearray(512)
    at = 0
    for text, width in (
        (name.encode(), 100),
        (values["mode"], 8),
        (values["uid"], 8),
        (values["gid"], 8),
        (values["size"], 12),
        (values["mtime"], 12),
        (b" " * 8, 8),
        (kind, 1),
        (link.encode(), 100),
        (values["magic"], 8),
    ):
        block[at : at + len(text)] = text
        at += width
    block[148:156] = values["checksum"] or b"%06o\0 " % sum(block)
    return bytes(block)


def tar_file(name, data, **fields):
    return tar_header(name, len(data), **fields) + data + bytes(-len(data) % 512)


def tar_case(name, middle, says, there=(), gone=(), quiet=False, survives=False, end=bytes(1024)):
    head = tar_header(name + "/", kind=b"5", mode=b"0000755\0") + tar_file(
        name + "/before", b"before\n"
    )
    data = (
        head
        + middle
        + (tar_file(name + "/after", b"after\n") if survives is not None else b"")
        + end
    )
    files = {name + "/before": b"before\n", **dict(there)}
    missing = list(gone)
    if survives:
        files[name + "/after"] = b"after\n"
    else:
        missing.append(name + "/after")
    says = [text.replace("{at}", str(len(head))) for text in says]
    return Case(name, data, says, files, missing, quiet)


def tar_damaged(text):
    return [": damaged tar archive at byte {at}: " + text]


def tar_cases():
    yield tar_case(
        "tar-sum",
        tar_header("tar-sum/x", checksum=b"0000000\0"),
        tar_damaged("a header's checksum is wrong"),
    )
    yield tar_case(
        "tar-octal",
        tar_header("tar-octal/x", mode=b"8888888\0"),
        tar_damaged("a header field is not a number"),
    )
    yield tar_case(
        "tar-size",
        tar_header("tar-size/x", 0o77777777777),
        tar_damaged("the archive ends inside a file"),
    )
    yield tar_case(
        "tar-binary",
        tar_header("tar-binary/x", **{"size": b"\x80" + b"\xff" * 11}),
        tar_damaged("a header field is not a number"),
    )
    yield tar_case(
        "tar-negative",
        tar_header("tar-negative/x", **{"size": b"\xff" * 12}),
        tar_damaged("a header field is not a number"),
    )
    yield tar_case(
        "tar-type", tar_header("tar-type/x", kind=b"Z"), tar_damaged("an entry of unknown")
    )
    yield tar_case(
        "tar-nolink", tar_header("tar-nolink/x", kind=b"1"), tar_damaged("a link to nothing")
    )
    yield tar_case("tar-noname", tar_header(""), tar_damaged("an empty name"))
    yield tar_case(
        "tar-pax",
        tar_file("x", b"99 path=x\n", kind=b"x"),
        tar_damaged("a pax record's length is wrong"),
    )
    yield tar_case(
        "tar-pax-size",
        tar_file("x", b"28 size=9999999999999999999\n", kind=b"x") + tar_header("tar-pax-size/x"),
        [": damaged tar archive at byte "],
    )
    yield tar_case(
        "tar-long", tar_file("x", b"n" * 5000, kind=b"L"), tar_damaged("a name is too long")
    )
    yield tar_case(
        "tar-cut-header",
        tar_header("tar-cut-header/x")[:300],
        tar_damaged("the archive ends inside a header"),
        survives=None,
        end=b"",
    )
    yield tar_case(
        "tar-cut-data",
        tar_file("tar-cut-data/x", b"x" * 900)[:1000],
        tar_damaged("the archive ends inside a file"),
        survives=None,
        end=b"",
    )
    yield tar_case(
        "tar-cut-pax",
        tar_file("x", b"10 path=x\n", kind=b"x"),
        [": damaged tar archive at byte .*: the archive ends behind an extension"],
        survives=None,
    )
    yield tar_case(
        "tar-missing",
        tar_header("tar-missing/before", kind=b"1", link="tar-missing/none"),
        fails("tar-missing/before", 2),
        survives=True,
    )
    yield tar_case(
        "tar-self",
        tar_header("tar-self/before", kind=b"1", link="./tar-self/before"),
        [": .* entries"],
        survives=True,
        quiet=True,
    )
    yield tar_case(
        "tar-dots",
        tar_file("../../tar-dots/x", b"x"),
        [": .* entries"],
        {"tar-dots/x": b"x"},
        survives=True,
        quiet=True,
    )
    yield tar_case("tar-noend", b"", [": .* entries"], survives=True, end=b"", quiet=True)


# ---- gzip and others ----


def packed(data):
    return gzip.compress(data, mtime=0)


def gzip_damage(name, change, says):
    """What can be decompressed ahead of the damage is unpacked."""
    filler = b"".join(b"%d %d\n" % (i * i % 65537, i) for i in range(20000))
    inner = (
        entry(name, mode=0o40755)
        + entry(name + "/before", b"before\n")
        + entry(name + "/filler", filler)
        + entry(name + "/after", b"after\n")
        + TRAILER
    )
    return Case(name, change(packed(inner)), says, {name + "/before": b"before\n"})


def flipped(data, at):
    out = bytearray(data)
    out[at] ^= 0xFF
    return bytes(out)


def gzip_cases():
    small = entry("gz", mode=0o40755) + entry("gz/before", b"before\n") + TRAILER
    yield Case("gz-magic", b"\x1f\x8b", [": damaged gzip data at byte "])
    yield Case("gz-head", packed(small)[:9], [": damaged gzip data at byte "])
    yield Case(
        "gz-method",
        flipped(packed(small), 2),
        [r": damaged gzip data at byte \d+: not a gzip header"],
    )
    yield Case(
        "gz-flags",
        flipped(packed(small), 3),
        [r": damaged gzip data at byte \d+: not a gzip header"],
    )
    yield gzip_damage(
        "gz-cut",
        lambda data: data[: len(data) // 2],
        [
            r": damaged gzip data at byte \d+: ",
            r", decompressed: damaged cpio archive at byte \d+: the archive ends inside",
        ],
    )
    yield gzip_damage(
        "gz-flip",
        lambda data: flipped(data, len(data) * 3 // 4),
        [r": damaged gzip data at byte \d+: "],
    )
    yield gzip_damage(
        "gz-crc",
        lambda data: flipped(data, len(data) - 8),
        [r": damaged gzip data at byte \d+: the checksum is wrong"],
    )
    yield gzip_damage(
        "gz-length",
        lambda data: flipped(data, len(data) - 2),
        [r": damaged gzip data at byte \d+: the length is wrong"],
    )
    yield Case(
        "gz-twice",
        packed(packed(small)),
        [", decompressed: damaged archive at byte 0: gzip within gzip"],
    )
    yield Case(
        "gz-garbage", packed(GARBAGE), [", decompressed: damaged archive at byte 0: neither"]
    )
    yield Case("gz-empty", packed(b""), [": 0 entries"], quiet=True)
    head = entry("gz-behind", mode=0o40755) + entry("gz-behind/before", b"before\n") + TRAILER
    yield Case(
        "gz-behind",
        head + packed(GARBAGE),
        [", decompressed: damaged archive at byte 0"],
        {"gz-behind/before": b"before\n"},
    )
    yield Case(
        "gz-then",
        packed(head.replace(b"gz-behind", b"gz-thence")) + b"rubbish",
        [r": damaged archive at byte \d+: neither cpio"],
        {"gz-thence/before": b"before\n"},
    )


def other_cases():
    good = entry("other", mode=0o40755) + entry("other/before", b"before\n") + TRAILER
    yield Case("zero-1", b"\0", [": 0 entries"], quiet=True)
    yield Case("zero-512", bytes(512), [": 0 entries"], quiet=True)
    yield Case("rubbish", GARBAGE, [": damaged archive at byte 0: neither cpio"])
    yield Case("text", b"#!/bin/sh\n", [": damaged archive at byte 0: neither cpio"])
    yield Case(
        "behind",
        good + b"rubbish",
        [rf": damaged archive at byte {len(good)}: neither cpio"],
        {"other/before": b"before\n"},
    )
    for name, data in (
        ("xz", lzma.compress(good)),
        ("bzip2", bz2.compress(good)),
        ("lzma", lzma.compress(good, lzma.FORMAT_ALONE)),
        ("zstd", b"\x28\xb5\x2f\xfd" + GARBAGE),
        ("lz4", b"\x02\x21\x4c\x18" + GARBAGE),
    ):
        yield Case(name, data, [f": {name} compression at byte 0 is not supported, use gzip"])
    yield Case(
        "xz-behind",
        good.replace(b"other", b"ahead") + lzma.compress(good),
        [f": xz compression at byte {len(good)} is not supported"],
        {"ahead/before": b"before\n"},
    )


def python_tar(name):
    """What a tool wrote, and then cut in its second half."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, size in (("before", 7), ("\xe4" * 120, 3000)):
            info = tarfile.TarInfo(f"{name}/{path}")
            info.size = size
            tar.addfile(info, io.BytesIO((b"before\n" + bytes(size))[:size]))
    return Case(
        name,
        out.getvalue()[:3000],
        [": damaged tar archive at byte "],
        {name + "/before": b"before\n"},
    )


def cases():
    for source in (
        cpio_truncated,
        cpio_headers,
        cpio_entries,
        cpio_links,
        cpio_paths,
        tar_cases,
        gzip_cases,
        other_cases,
    ):
        yield from source()
    yield python_tar("tar-tool")


def bomb(mebibytes):
    """Little that becomes much: a gzip member of zeroes."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as file:
        for _ in range(mebibytes):
            file.write(bytes(1 << 20))
    return out.getvalue()


def length_lie(data, size):
    """A gzip member whose last four bytes claim another length."""
    return data[:-4] + struct.pack("<I", size)
