import json
import shutil

from station_db.notices import COPIED, RESTORED
from station_db.reader import Reader
from station_db.verify import verify_store
from tests.station_db.store.store_cases import at, back_up, cycle_changes, open_store


def record(folder, *numbers, **options):
    store = open_store(folder, **options)
    position = store.position
    for number in numbers:
        position = store.commit([cycle_changes(number)], at(number))
    store.close()
    return position


def codes(store):
    return [notice.code for notice in store.notices]


def test_a_new_store_opens_an_epoch_that_follows_none(tmp_path):
    store = open_store(tmp_path)
    assert (store.position.epoch_no, store.position.seq, store.notices) == (1, 1, ())
    store.close()


def test_an_ordinary_restart_goes_on_in_its_epoch(tmp_path):
    before = record(tmp_path, 1, 2)
    store = open_store(tmp_path, prefix="later")
    assert store.position == before
    assert store.notices == ()
    store.close()


def test_a_store_ahead_of_its_marker_goes_on_as_after_a_kill(tmp_path):
    store = open_store(tmp_path)
    old = (tmp_path / "epoch.json").read_bytes()
    store.close()
    before = record(tmp_path, 2, 3)
    with (tmp_path / "epoch.json").open("r+b") as marker:
        marker.write(old)
    store = open_store(tmp_path, prefix="later")
    assert store.position == before
    store.close()


def test_a_restored_backup_opens_a_new_epoch_that_names_its_parent(tmp_path):
    store = open_store(tmp_path)
    backed_up = store.commit([cycle_changes(1)], at(1))
    back_up(tmp_path, tmp_path / "backup.db")
    store.commit([cycle_changes(2)], at(2))
    store.close()
    with (tmp_path / "record.db").open("r+b") as same_file:
        same_file.write((tmp_path / "backup.db").read_bytes())
        same_file.truncate()
    store = open_store(tmp_path, prefix="restored")
    assert codes(store) == [RESTORED]
    assert (store.position.epoch, store.position.epoch_no, store.position.seq) == ("restored-000001", 2, 1)
    store.commit([cycle_changes(2)], at(3))
    store.close()
    opened = json.loads(Reader(tmp_path).journal_after("restored-000001", 0, 1)[0].payload)
    assert (opened["parent"], opened["parent_seq"], opened["parent_head"]) == (backed_up.epoch, backed_up.seq, backed_up.head)
    assert verify_store(tmp_path).is_sound
    assert [tip.position.epoch_no for tip in Reader(tmp_path).epochs()] == [1, 2]


def test_a_backup_put_back_as_another_file_opens_a_new_epoch(tmp_path):
    record(tmp_path, 1)
    shutil.copyfile(tmp_path / "record.db", tmp_path / "backup.db")
    record(tmp_path, 2)
    shutil.move(tmp_path / "backup.db", tmp_path / "record.db")
    store = open_store(tmp_path, prefix="later")
    assert store.position.epoch_no == 2
    store.close()


def test_a_copy_of_the_whole_folder_opens_a_new_epoch(tmp_path):
    original, copy = tmp_path / "original", tmp_path / "copy"
    before = record(original, 1)
    shutil.copytree(original, copy)
    store = open_store(copy, prefix="copied")
    assert codes(store) == [COPIED]
    assert store.position.epoch_no == before.epoch_no + 1
    store.close()


def test_a_cloned_disk_in_another_computer_opens_a_new_epoch(tmp_path):
    record(tmp_path, 1)
    store = open_store(tmp_path, prefix="cloned", machine="another panel")
    assert codes(store) == [COPIED]
    store.close()


def test_a_lost_or_torn_marker_opens_a_new_epoch(tmp_path):
    record(tmp_path, 1)
    (tmp_path / "epoch.json").unlink()
    assert record(tmp_path, prefix="second").epoch_no == 2
    (tmp_path / "epoch.json").write_bytes(b'{"epoch": "x')
    assert record(tmp_path, prefix="third").epoch_no == 3


def test_the_generation_rises_when_another_file_stands_there(tmp_path):
    store = open_store(tmp_path)
    first = store.generation
    store.close()
    store = open_store(tmp_path)
    assert store.generation == first
    store.close()
    store = open_store(tmp_path, prefix="cloned", machine="another panel")
    assert store.generation == first + 1
    store.close()
