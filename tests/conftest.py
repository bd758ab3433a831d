"""What every test gets: an offscreen Qt, and a pinned time zone so that no test depends on where it runs."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")
os.environ["TZ"] = "UTC"
