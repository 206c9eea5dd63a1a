# SPDX-License-Identifier: MIT
"""Reads KTAP, the format in which our unit tests report (kernel.org, "The Kernel Test Anything
Protocol"): `ok N name`, `not ok N name`, `# SKIP why` behind either, a plan `1..N`, and lines that
start with `#` as comments. Nested tests are indented by two spaces; only the innermost count.
"""
import re
from dataclasses import dataclass

RESULT = re.compile(r"^(\s*)(not )?ok (\d+)(?: - | )?([^#\n]*?)\s*(?:# (SKIP)\b.*)?$")
PLAN = re.compile(r"^(\s*)1\.\.(\d+)\s*$")
# In the kernel the report goes through the log, which puts the time before each line.
STAMP = re.compile(r"^\[ *\d+\.\d+\] ")


@dataclass
class Result:
    name: str
    passed: bool
    skipped: bool
    comments: list


@dataclass
class Report:
    results: list
    planned: int        # None: no plan was seen

    def failures(self):
        return [result for result in self.results if not result.passed and not result.skipped]

    def complete(self):
        """Every planned test has reported: the run did not end half-way."""
        return self.planned is not None and len(self.results) == self.planned

    def describe(self):
        lines = [f"{len(self.results)} of {self.planned} tests reported"]
        for result in self.failures():
            lines += [f"not ok {result.name}"] + [f"    {comment}" for comment in result.comments]
        return "\n".join(lines)


def parse(text):
    """The innermost results: a line that closes a nested block only sums it up."""
    results, comments, plans = {}, [], {}
    for line in text.splitlines():
        line = STAMP.sub("", line)
        plan, result = PLAN.match(line), RESULT.match(line)
        if plan:
            depth = len(plan.group(1))
            plans[depth] = plans.get(depth, 0) + int(plan.group(2))
        elif result:
            results.setdefault(len(result.group(1)), []).append(
                Result(result.group(4).strip(), not result.group(2), result.group(5) == "SKIP",
                       comments))
            comments = []
        elif line.strip().startswith("#"):
            comments.append(line.strip()[1:].strip())
    deepest = max(results, default=0)
    return Report(results.get(deepest, []), plans.get(deepest))
