"""English source texts said by hmi.engine: code to sentence, `{0}`, `{1}` for its args."""

TEXTS: dict[str, str] = {}
