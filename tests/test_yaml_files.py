"""The YAML files that flowlint brings along, read where PyYAML was built without its C part."""

import pytest
import yaml

SHIPPED = ("flowlint", "rules", "docs")


@pytest.mark.parametrize("folder", SHIPPED)
def test_every_file_is_read_without_the_c_reader(root, folder):
    """The reader in Python is stricter inside braces; a file that only the other takes would break some installs."""
    files = sorted((root / folder).rglob("*.yaml"))
    assert files
    for path in files:
        assert yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader) is not None, path
