"""English source texts said by hmi.configuration: code to sentence, `{0}`, `{1}` for its args."""

TEXTS: dict[str, str] = {
    "file.unreadable": "the file can't be read: {0}. Check its name and rights.",
    "file.not_utf8": "the file is not UTF-8 text. Save it as UTF-8.",
    "file.syntax": "this is not TOML: {0}. Mend this line; a name may stand only once.",
    "config.newer": "the file is version {0}, this program reads up to {1}. Install the newer Lineside.",
    "key.unknown": "there is no such key. Check its spelling or take it out.",
    "key.missing": "this key is missing. Add it.",
    "value.not_one_of": "'{0}' is not known here. Use one of {1}.",
    "value.type": "this must be {0}, not {1}. Change the value.",
    "value.wrong": "{0} (it is {1}). Change the value.",
    "zone.unknown": "there is no time zone '{0}'. Use a name such as Europe/Berlin.",
    "machine.twice": "a second machine is called '{0}'. Give each its own id.",
    "tag.group_unknown": "there is no group '{0}'. The groups of this machine are: {1}.",
    "tag.setup": "{0}. Change the tag's address or type.",
    "machine.setup": "{0}. Change the machine's options.",
    "secret.in_file": "a password has no place in this file. Use password_env or password_file.",
    "secret.no_variable": "the environment has no variable {0}. Set it before the start.",
    "secret.unreadable": "the secret file {0} can't be read. Check its name and rights.",
    "secret.open_to_others": "others can read {0}. Allow only its owner (chmod 600).",
}
