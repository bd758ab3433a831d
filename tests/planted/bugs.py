"""The bugs: each one somebody could make, in a rule that the record's promises rest on."""

from __future__ import annotations

from tests.planted.planting import Bug

STORE, SYNC, ENGINE = "tests/station_db/store", "tests/station_db/sync", "tests/hmi/engine"

BUGS = (
    Bug(
        "commits are not synced",
        "station_db/connecting.py",
        '"synchronous=FULL"',
        '"synchronous=NORMAL"',
        (f"{STORE}/test_store_power_cut.py", f"{STORE}/test_store_ack_order.py"),
    ),
    Bug(
        "saved is said before the commit",
        "hmi/engine/recorder.py",
        "        batch = [saving.changes for saving in savings if saving.changes]\n",
        "        batch = [saving.changes for saving in savings if saving.changes]\n        self._tell(_all_done, savings)\n",
        (f"{ENGINE}/test_commit_first.py", f"{ENGINE}/test_recorder.py"),
    ),
    Bug(
        "a cycle names its curve before the curve is on the disk",
        "station_db/store.py",
        "            self._keep_curves([curve for changes in batch for curve in changes.curves])\n"
        "            return self._write(batch, Origin(self._station_id, at))\n",
        "            position = self._write(batch, Origin(self._station_id, at))\n"
        "            self._keep_curves([curve for changes in batch for curve in changes.curves])\n"
        "            return position\n",
        (f"{STORE}/test_store_kills.py", f"{STORE}/test_store_commit.py"),
    ),
    Bug(
        "the counter is committed by itself",
        "station_db/writing.py",
        "    straight.execute(connection, _SET_POSITION,",
        '    connection.exec_driver_sql("COMMIT")\n    connection.exec_driver_sql("BEGIN IMMEDIATE")\n'
        "    straight.execute(connection, _SET_POSITION,",
        (f"{STORE}/test_store_kills.py", f"{STORE}/test_store_commit.py"),
    ),
    Bug(
        "numbers are added up instead of replaced",
        "station_db/sync/bulk.py",
        'f\'"{column}" = excluded."{column}"\'',
        'f\'"{column}" = excluded."{column}"\' + (f\' + "{table.name}"."{column}"\' if column == "curve_lost" else "")',
        (f"{SYNC}/test_sync_up.py",),
    ),
    Bug(
        "an older entry replaces a newer row",
        "station_db/projection.py",
        "where=tuple_(table.c.row_epoch_no, table.c.row_seq) < tuple_(new.row_epoch_no, new.row_seq),",
        "where=tuple_(table.c.row_epoch_no, table.c.row_seq) != tuple_(new.row_epoch_no, new.row_seq),",
        (f"{STORE}/test_store_feed.py", f"{STORE}/test_store_payloads.py", f"{STORE}/test_store_on_postgresql.py"),
    ),
    Bug(
        "readers that only promise not to write",
        "station_db/connecting.py",
        '    engine = _engine(path, "ro")\n    event.listen(engine, "begin", _begin)\n    return engine\n\n\ndef still',
        '    engine = _engine(path, "rw")\n'
        '    event.listen(engine, "connect", lambda driver, _: driver.execute("PRAGMA query_only=1"))\n'
        '    event.listen(engine, "begin", _begin)\n    return engine\n\n\ndef still',
        (f"{STORE}/test_store_reader.py", f"{STORE}/test_store_restored.py"),
    ),
    Bug(
        "a new file is put beside the old one's log",
        "station_db/durable.py",
        "    fsync_file(new)\n    remove_logs(old)\n",
        "    fsync_file(new)\n",
        (f"{STORE}/test_store_migration.py", f"{STORE}/test_store_power_cut.py", f"{STORE}/test_store_restored.py"),
    ),
    Bug(
        "a migration copies a file whose log holds more",
        "station_db/opening.py",
        "    if is_held and revision != migrating.HEAD:\n",
        "    if False:\n",
        (f"{STORE}/test_store_migration.py",),
    ),
    Bug(
        "a new folder is not synced",
        "station_db/durable.py",
        "    for made in missing:\n        fsync_folder(made.parent)\n",
        "",
        (f"{STORE}/test_store_power_cut.py",),
    ),
    Bug(
        "a restored store goes on with its numbers",
        "station_db/epochs.py",
        "    if marker.epoch != tip.epoch or not passed(connection, station_id, marker):\n        return EpochReason.RESTORED\n",
        "",
        (f"{STORE}/test_store_epochs.py", f"{STORE}/test_store_restored.py"),
    ),
    Bug(
        "a copy of the whole folder goes on with its numbers",
        "station_db/epochs.py",
        "    if marker is None or marker.machine != here.machine or _is_copied(marker.files, here.files):\n",
        "    if marker is None:\n",
        (f"{STORE}/test_store_epochs.py", f"{STORE}/test_store_restored.py"),
    ),
    Bug(
        "entries of the centre without a check of their hash",
        "station_db/feed.py",
        "    if entry_hash(entry) != entry.hash",
        "    if False and entry_hash(entry) != entry.hash",
        (f"{STORE}/test_store_feed.py",),
    ),
    Bug(
        "the watermark is moved whatever its head",
        "station_db/sync/up.py",
        "    seen = (WATERMARK.c.last_seq == mark.last_seq, WATERMARK.c.head == mark.head)\n",
        "    seen = (WATERMARK.c.last_seq == mark.last_seq,)\n",
        (f"{SYNC}/test_sync_up.py", f"{SYNC}/test_sync_schedules.py"),
    ),
    Bug(
        "the watermark is moved from wherever it stands",
        "station_db/sync/up.py",
        "    if moved.rowcount != 1:\n",
        "    if moved.rowcount > 1:\n",
        (f"{SYNC}/test_sync_up.py", f"{SYNC}/test_sync_schedules.py"),
    ),
    Bug(
        "a fork is not seen",
        "station_db/sync/standing.py",
        "    if head != position.head or (is_present and mark.last_seq > position.seq):\n",
        "    if False:\n",
        (f"{SYNC}/test_sync_up.py", f"{STORE}/test_store_restored.py"),
    ),
    Bug(
        "entries leave without a look at their chain",
        "station_db/sync/up.py",
        "    check_chain(centre.url, mark, entries)\n",
        "",
        (f"{SYNC}/test_sync_up.py",),
    ),
    Bug(
        "what cannot be read is dropped without a word",
        "station_db/sync/arriving.py",
        "    if aside:\n        bulk.write(connection, SET_ASIDE, aside, Known.KEPT)\n",
        "",
        (f"{SYNC}/test_sync_up.py", f"{SYNC}/test_sync_aside.py"),
    ),
    Bug(
        "the feed's cursor stays where it was",
        "station_db/feed.py",
        "    _write_cursor(connection, station_id, cursor, at, snapshot)\n",
        "",
        (f"{STORE}/test_store_feed.py",),
    ),
    Bug(
        "backups are not read back",
        "station_db/backup.py",
        '            if found != "ok":\n',
        '            if found == "never":\n',
        (f"{STORE}/test_store_backup.py", f"{STORE}/test_store_salvage.py"),
    ),
    Bug(
        "frames stay when their blocks are kept",
        "station_db/rolling.py",
        "            if connection.execute(delete(FRAME).where(*within)).rowcount != run.count:\n",
        "            if connection.scalar(select(func.count()).select_from(FRAME).where(*within)) != run.count:\n",
        (f"{STORE}/test_store_blocks.py",),
    ),
    Bug(
        "old records go by their age alone",
        "station_db/pruning.py",
        "        if entry.recorded_at >= oldest_kept or entry.seq > proven:\n",
        "        if entry.recorded_at >= oldest_kept:\n",
        (f"{STORE}/test_store_pruning.py",),
    ),
    Bug(
        "a beginning that is gone needs no word",
        "station_db/anchors.py",
        "    if anchor is not None and first_seq == anchor.seq + 1:\n        return anchor\n    return Anchor(0, begins_with)\n",
        "    return anchor if anchor is not None else Anchor(first_seq - 1, begins_with)\n",
        (f"{STORE}/test_store_pruning.py", f"{STORE}/test_store_chain.py"),
    ),
    Bug(
        "whatever reads as redacted is sound",
        "station_db/redacted.py",
        "    return own == entry.hash or redacted.get((entry.epoch, entry.seq)) == (entry.hash, own)\n",
        "    return own == entry.hash or (entry.epoch, entry.seq) in redacted\n",
        (f"{STORE}/test_store_redaction.py",),
    ),
    Bug(
        "a centre is compared only up to the first gap",
        "station_db/sync/against.py",
        "        found.checked += len(ours)\n",
        "        found.checked += len(ours)\n        if not ours and not theirs:\n            return\n",
        (f"{SYNC}/test_sync_against.py",),
    ),
    Bug(
        "a day is noted before it is over",
        "station_db/sync/reconcile.py",
        "if name < today and (is_all_sent",
        "if name <= today and (is_all_sent",
        (f"{SYNC}/test_sync_reconcile.py",),
    ),
    Bug(
        "a changed entry takes the place of a lost one",
        "station_db/sync/reconcile.py",
        "if entry.seq in asked and entry_hash(entry) == entry.hash]",
        "if entry.seq in asked]",
        (f"{SYNC}/test_sync_reconcile.py",),
    ),
    Bug(
        "a station is missed by its own clock",
        "station_db/sync/status.py",
        'Instant(told + (said.get("clock_offset_us") or 0))',
        "Instant(told)",
        (f"{SYNC}/test_sync_status.py",),
    ),
    Bug(
        "what a person let be is never asked again",
        "hmi/station/conflicts.py",
        "    return _close(station, (_made(work, last.conflict, ours, ours, turn),), turn)\n",
        "    return station\n",
        ("tests/hmi/station/test_station_conflicts.py",),
    ),
    Bug(
        "the centre's words are ordered by the clock",
        "station_db/centre_word.py",
        "order_by(conflict.c.row_epoch_no, conflict.c.row_seq)",
        "order_by(conflict.c.opened_at, conflict.c.id)",
        (f"{STORE}/test_store_reader.py",),
    ),
    Bug(
        "who appends second is sent away",
        "station_db/sync/appending.py",
        "    for _ in range(TRIES):\n",
        "    for _ in range(0):\n",
        (f"{SYNC}/test_sync_requests.py",),
    ),
)
