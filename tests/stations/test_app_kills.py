"""The whole app is killed ten times; and an uplink that dies at every third commit to the centre still brings all of it up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import invariants
from tests.stations.app_kills import UPLINK, App, kill_app
from tests.stations.plant import machine, member, wait_for
from tests.stations.test_kills import lineside_equal, press_station

pytestmark = [pytest.mark.whole_station, pytest.mark.xdist_group("stations"), pytest.mark.timeout(120)]

KILLS = 10


def test_ten_kills_of_the_whole_app_lose_nothing_and_count_nothing_twice(tmp_path: Path, record_property):
    toll = kill_app(tmp_path, KILLS, seed=11)
    record_property("app_kills", toll.kills)
    print(toll)
    assert toll.kills == KILLS
    assert max(max(times) for times in toll.recovered_s.values()) < 15  # I11 says 5 s on the target; here all else runs too


def test_an_uplink_that_dies_again_and_again_at_the_centres_commit_brings_everything_up_once(tmp_path: Path):
    with machine("press", tmp_path, "--speed", "12", "--calm", "--seed", "3", "--stop-after", "0") as press:
        app = App(tmp_path, press_station(tmp_path, press), press)
        with app.running("--headless", "before_centre_commit:3") as launcher:
            app.counts()
            first = wait_for(lambda: member(launcher, UPLINK), "an uplink")
            wait_for(lambda: (found := member(launcher, UPLINK)) and found != first, "it died and another was started")
            app.rises(app.at_centre, "records arrive all the same")
        with app.running("--headless"):
            press.control("stop_after", cycles=1)
            wait_for(lambda: lineside_equal(app.data, tmp_path), "store and centre agree", 30)
        invariants.store_is_sound(app.data)
