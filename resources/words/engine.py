"""English source texts said by hmi.engine: code to sentence, `{0}`, `{1}` for its args."""

TEXTS: dict[str, str] = {
    "engine.resuming": "The recorder is reading its record. Try again in a moment.",
    "engine.not_saved": "This could not be saved. Nothing was changed. Try again.",
    "engine.record_behind": "The disk is too slow. Entries wait until it caught up.",
    "engine.record_failed": "The record can't be written: {0}. Free space or call service.",
    "engine.frames_lost": "Signals can't be kept: {0}. Records are safe.",
    "engine.process_died": "A part of the recorder failed and was started again: {0}.",
    "engine.store": "The record can't be opened. {0}: {1}. {2}",
    "engine.record_unreadable": "The record in {0} can't be read: {1}. Keep the folder; put the last backup in its place.",
    "engine.address": "Screens can't be served at {0}: {1}.",
    "engine.pin_locked": "Too many wrong PINs. Try again in {0} s.",
    "engine.centre_unreachable": "The centre does not answer. Records are kept here.",
    "engine.centre_refused": "The centre does not take our records: {0}. {1}",
    "store.restored": "An older record was put back. Recording goes on in a new part.",
    "store.copied": "This record was copied here. Recording goes on in a new part.",
    "store.migrated": "The record was brought from version {0} to {1}. The old file is kept.",
    "store.signals_damaged": "The file of curves was damaged. It is kept as {0}. Records are safe.",
    "store.signals_missing": "The file of curves was gone. A new one was begun. Records are safe.",
    "store.frames_shed": "{0} old signals were let go. The limit is {1} MB.",
    "store.waveforms_shed": "The samples of {0} old waveforms were let go for room. When they were is still known.",
    "store.feed_set_aside": "{0} entries of the centre can't be read: {1}. Update Lineside.",
}
