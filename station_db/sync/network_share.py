"""Whether a folder lies on another computer: SQLite's locks are not kept there, and two who write damage the file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
SHARES = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "9p", "ceph", "glusterfs", "lustre", "beegfs", "gfs2", "ocfs2"}
)
FUSE_SHARES = ("sshfs", "s3fs", "rclone", "glusterfs", "ceph", "davfs", "curlftpfs", "gvfsd", "mount.nfs", "smbnetfs", "goofys")
"""File systems in user space that are known to lead elsewhere; others (a local encrypted folder) are let pass."""
DRIVE_REMOTE = 4
"""`GetDriveTypeW` of a drive letter that stands for a share."""


def of(folder: Path) -> str | None:
    """The kind of share a folder is on; None for a disk of this computer, or where nobody can tell."""
    if sys.platform == "win32":
        return _windows(folder)
    try:
        return in_mounts(MOUNTS.read_text(encoding="utf-8", errors="surrogateescape"), folder.resolve())
    except OSError:
        return None


def in_mounts(mountinfo: str, folder: Path) -> str | None:
    """The same by the text of `/proc/self/mountinfo`: the longest mount point counts, of equal ones the last."""
    best, kind = "", ""
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        point = _plain(before.split(" ")[4])
        if folder.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, after.split(" ")[0]
    return kind if _is_share(kind) else None


def _plain(point: str) -> str:
    r"""A mount point without its `\040` for a space."""
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, char)
    return point


def _is_share(kind: str) -> bool:
    return kind in SHARES or (kind.startswith("fuse.") and kind[5:].startswith(FUSE_SHARES))


def _windows(folder: Path) -> str | None:
    drive = os.path.splitdrive(folder.resolve())[0]
    if drive.startswith("\\\\"):
        return f"UNC {drive}"
    import ctypes

    kinds = getattr(ctypes, "windll").kernel32  # noqa: B009  # only Windows has it, which the type checker here can't know
    return f"mapped drive {drive}" if kinds.GetDriveTypeW(drive + "\\") == DRIVE_REMOTE else None
