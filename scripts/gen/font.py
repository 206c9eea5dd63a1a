#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The console font as C, from a PSF font of a Debian package.

    font.py FONT.psf[.gz]     prints C

Reads PSF version 1 and 2 with their Unicode tables; glyphs must be 8 pixels wide. Only characters
of the basic plane that one code names are taken, and only the glyphs they need.
"""
import gzip
import struct
import sys


def psf_read(data):
    """Width, height, glyphs, and for each glyph the characters it stands for."""
    if data[:2] == b"\x36\x04":
        mode, height = data[2], data[3]
        count = 512 if mode & 1 else 256
        glyphs = data[4:4 + count * height]
        table = data[4 + count * height:] if mode & 2 else b""
        return 8, height, [glyphs[i * height:(i + 1) * height] for i in range(count)], table1(table)
    if data[:4] == b"\x72\xb5\x4a\x86":
        _, _, header, flags, count, size, height, width = struct.unpack("<8I", data[:32])
        glyphs = data[header:header + count * size]
        table = data[header + count * size:] if flags & 1 else b""
        return width, height, [glyphs[i * size:(i + 1) * size] for i in range(count)], table2(table)
    sys.exit("font.py: not a PSF font")


def table1(table):
    entries, codes, skip = [], [], False
    for (code,) in struct.iter_unpack("<H", table[:len(table) // 2 * 2]):
        if code == 0xFFFF:
            entries.append(codes)
            codes, skip = [], False
        elif code == 0xFFFE:
            skip = True
        elif not skip:
            codes.append(code)
    return entries


def table2(table):
    return [[ord(c) for c in entry.split(b"\xfe")[0].decode("utf-8", "ignore")]
            for entry in table.split(b"\xff")[:-1]]


def main(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as font:
        width, height, glyphs, table = psf_read(font.read())
    if width != 8:
        sys.exit(f"font.py: {path}: glyphs are {width} pixels wide, 8 are needed")
    codes = {code: i for i, entry in enumerate(table) for code in entry if code < 0x10000}
    if not table:
        codes = {i: i for i in range(32, 127)}
    if ord("?") not in codes:
        sys.exit(f"font.py: {path}: there is no '?'")
    used = [codes[ord("?")]] + sorted(set(codes.values()) - {codes[ord("?")]})
    place = {glyph: i for i, glyph in enumerate(used)}
    print("/* Made by scripts/gen/font.py; do not edit. */")
    print('#include <exo/font.h>\n')
    print("static const u8 bits[] = {")
    for glyph in used:
        print("\t" + " ".join(f"{byte:#04x}," for byte in glyphs[glyph]))
    print("};\n\nstatic const u16 codes[][2] = {")
    for code in sorted(codes):
        print(f"\t{{ {code:#x}, {place[codes[code]]} }},")
    print("};\n\nconst struct font console_font = {")
    print(f"\t.width = 8, .height = {height}, .nr_glyphs = {len(used)}, .nr_codes = {len(codes)},")
    print("\t.bits = bits, .codes = codes,\n};")


if __name__ == "__main__":
    main(sys.argv[1])
