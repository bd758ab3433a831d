"""The English source text of every sentence that engine, core and command line say to people.

Rules (UI.md C24): plain, at most 12 words a sentence; what happened, what it means, what to do. No codes without text.
"""

from resources.words import commands, engine, kinds, screens, settings, station

ENGLISH: dict[str, str] = {
    **station.TEXTS,
    **engine.TEXTS,
    **screens.TEXTS,
    **kinds.TEXTS,
    **settings.TEXTS,
    **commands.TEXTS,
}
