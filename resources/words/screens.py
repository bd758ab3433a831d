"""English source texts said by hmi.screens: code to sentence, `{0}`, `{1}` for its args."""

TEXTS: dict[str, str] = {
    "screen.engine_away": "Not sent: the recorder is away. Touch again when it is back.",
    "screen.other_version": "The recorder has another version. Start both from one installation.",
    "screen.one_moment": "One moment: the last touch is being saved.",
    "screen.not_done": "Not done: the recorder was away. Touch again.",
}
