"""English source texts said by hmi.commands: code to sentence, `{0}`, `{1}` for its args."""

TEXTS: dict[str, str] = {}
