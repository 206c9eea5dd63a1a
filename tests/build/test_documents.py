# SPDX-License-Identifier: MIT
"""Documents quote code, they do not invent it: each indented block of a document that ends in
`Source: file` stands in that file word for word."""
import re

import pytest
from tree import TREE

QUOTING = ["adding-a-filesystem.md", "testing.md"]


def words(text):
    return " ".join(text.split())


@pytest.mark.parametrize("name", QUOTING)
def test_quotations(name):
    with open(f"{TREE}/Documentation/{name}", encoding="utf-8") as file:
        document = file.read()
    source = re.search(r"^Source: (\S+)$", document, re.MULTILINE).group(1)
    with open(f"{TREE}/{source}", encoding="utf-8") as file:
        code = words(file.read())
    blocks = re.findall(r"(?:^\t.*\n|^\n(?=\t))+", document, re.MULTILINE)
    assert blocks
    for block in blocks:
        assert words(block) in code, f"{name} quotes what {source} does not say:\n{block}"
