"""How many examples a property gets: a few in every run, all of them where CI takes its time."""

import os

THOROUGH = os.environ.get("FLOWLINT_TESTS") == "thorough"


def examples(all_of_them):
    """Return how many of a property's examples this run looks at."""
    return all_of_them if THOROUGH else max(3, all_of_them // 4)
