"""Whether the disk under a folder is encrypted, asked without an administrator's rights.

- Windows: the shell's property System.Volume.BitLockerProtection, which is what Explorer draws its padlock from;
  ``manage-bde`` and WMI want an administrator, and their texts are in the system's language.
- macOS: ``fdesetup status``; some of its status commands run without root (its manual). It is about the start volume.
- Linux: the kernel names an encrypted mapping ``CRYPT-…`` in /sys/dev/block/…/dm/uuid; LVM and RAID lead to what is
  below them.

``on`` is only said where the answer leaves no doubt: a suspended BitLocker keeps its key in the clear, and a disk that
is still being encrypted is not encrypted.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PureWindowsPath

from psconnect.model.at_rest import DiskEncryption
from psconnect.store.at_rest.computer import Computer, Mount, mount_of

_BITLOCKER: dict[str, DiskEncryption] = {"1": "on", "2": "off", "6": "on"}
"""Other values: 3 and 4 are on their way, 5 is suspended, 7 and 8 wait to be finished; 0 is no answer."""
_ENCRYPTED_KINDS = {"ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs"}
_DEEPEST = 8
_DRIVE = re.compile(r"[A-Za-z]:")


def disk_encryption(folder: Path, computer: Computer | None = None) -> DiskEncryption:
    """Whether the disk that the folder is on is encrypted."""
    computer = computer or Computer()
    if computer.system == "win32":
        return _bitlocker(folder, computer)
    if computer.system == "darwin":
        return _filevault(folder, computer)
    if computer.system == "linux":
        return _on_linux(folder, computer)
    return "unknown"


def _bitlocker(folder: Path, computer: Computer) -> DiskEncryption:
    drive = PureWindowsPath(str(folder)).drive
    if not _DRIVE.fullmatch(drive):
        return "unknown"
    shell = Path(computer.environment.get("SystemRoot", r"C:\Windows"))
    program = f"{shell}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
    question = (
        f"(New-Object -ComObject Shell.Application).NameSpace('{drive}\\').Self"
        ".ExtendedProperty('System.Volume.BitLockerProtection')"
    )
    answer = computer.run([program, "-NoProfile", "-NonInteractive", "-Command", question])
    return _BITLOCKER.get(answer.strip(), "unknown")


def _filevault(folder: Path, computer: Computer) -> DiskEncryption:
    if folder.is_relative_to("/Volumes"):
        return "unknown"
    answer = computer.run(["/usr/bin/fdesetup", "status"])
    if "in progress" in answer or "Deferred" in answer:
        return "unknown"
    if answer.startswith("FileVault is On."):
        return "on"
    return "off" if answer.startswith("FileVault is Off.") else "unknown"


def _on_linux(folder: Path, computer: Computer) -> DiskEncryption:
    try:
        mount = mount_of(folder.resolve(), computer)
    except OSError:
        return "unknown"
    if mount is None:
        return "unknown"
    if mount.kind in _ENCRYPTED_KINDS:
        return "on"
    device = computer.root / "sys/dev/block" / _device_of(mount)
    return _of_device(device, 0) if device.exists() else "unknown"


def _device_of(mount: Mount) -> str:
    """The number of the device; btrfs shows one that is none, but what it is mounted from has its own."""
    if not mount.device.startswith("0:") or not mount.source.startswith("/dev/"):
        return mount.device
    try:
        number = Path(mount.source).stat().st_rdev
    except OSError:
        return mount.device
    return f"{os.major(number)}:{os.minor(number)}"


def _of_device(device: Path, depth: int) -> DiskEncryption:
    """Of a block device in /sys; a mapping that is not encrypted itself is as safe as the least safe of its parts."""
    if depth > _DEEPEST:
        return "unknown"
    try:
        uuid = (device / "dm" / "uuid").read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        uuid = ""
    if uuid.startswith("CRYPT-"):
        return "on"
    below = sorted((device / "slaves").iterdir()) if (device / "slaves").is_dir() else []
    if not below:
        # A loop device is a file on another disk, and a network device is not here.
        return "unknown" if re.match(r"(loop|nbd|zram|ram)", device.resolve().name) else "off"
    states = {_of_device(part, depth + 1) for part in below}
    return "on" if states == {"on"} else "off" if "off" in states else "unknown"
