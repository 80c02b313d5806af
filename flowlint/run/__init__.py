"""From a request to an answer: issues to a verdict (:mod:`.linting`), mappings to a verdict (:mod:`.validation`)."""
