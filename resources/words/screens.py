"""English source texts said by hmi.screens: code to sentence, `{0}`, `{1}` for its args."""

TEXTS: dict[str, str] = {
    "screen.engine_away": "Not sent: the recorder is away. Touch again when it is back.",
    "screen.other_version": "The recorder has another version. Start both from one installation.",
    "screen.one_moment": "One moment: the last touch is being saved.",
    "screen.not_done": "Not done: the recorder was away. Touch again.",
    # what a person should know of a link that works
    "remark.not_secured": "{0}: the link is not secured",
    "remark.host_replaced": "{0}: it names a host this panel can't find",
    "remark.certificate_expires": "{0}: a certificate ends soon",
    "remark.certificate_names_other": "{0}: its certificate is made for other hosts",
    "remark.clock_off": "{0}: its clock and ours differ",
    "remark.not_all_watched": "{0}: not all of its values are watched",
    "remark.sampled_slower": "{0}: it looks at its values less often than asked",
    "remark.address_refused": "{0}: it refuses some addresses",
    "remark.alarms_incomplete": "{0}: not all of its alarms are told",
    "remark.values_lost": "{0}: values were lost",
    "remark.channel_refused": "{0}: it refuses a high-rate channel",
    "remark.files_left_out": "{0}: files of samples are left out",
    "remark.few_samples": "{0}: its curves have few points",
}
