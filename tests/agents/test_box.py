"""The box: sixty ways out of it, none of which leads anywhere."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from siyaq.agents import box
from siyaq.core.errors import UsageError

pytestmark = [
    pytest.mark.crash,
    pytest.mark.skipif(not box.available(), reason="bubblewrap is not installed"),
]

CANARY = "canary-in-the-machine-8231"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What there is to get at outside: a secret file, a listener, an abstract socket."""
    folder = tmp_path_factory.mktemp("machine")
    secret = folder / "secret.txt"
    secret.write_text(CANARY)
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind("\0siyaq-probe-" + str(os.getpid()))
        unix.listen()
        os.environ["PROBE_SECRET"] = CANARY
        yield {
            "secret": str(secret),
            "folder": str(folder),
            "port": str(tcp.getsockname()[1]),
            "abstract": "siyaq-probe-" + str(os.getpid()),
            "pid": str(os.getpid()),
            "home": str(Path.home()),
            "here": str(Path(__file__).parent),
            "python": sys.executable,
        }
    del os.environ["PROBE_SECRET"]


def ran(workspace: Path, code: str, language: str = "python") -> box.Outcome:
    program = [box.PYTHON, "-I", "-c", code] if language == "python" else ["/bin/sh", "-c", code]
    return asyncio.run(box.run(program, workspace))


_CONNECT = "import socket; s=socket.create_connection(({0!r}, {1}), 2); print('OUT')"
_SH = "import os; print('OUT' if os.system('{0} 2>/dev/null') == 0 else 0)"
_UNIX = "import socket; s=socket.socket(1); s.connect({0}); print('OUT')"
PROBES = {
    # the network
    "loopback": _CONNECT.format("127.0.0.1", "{port}"),
    "loopback 6": _CONNECT.format("::1", "{port}"),
    "any address": _CONNECT.format("0.0.0.0", "{port}"),
    "metadata": _CONNECT.format("169.254.169.254", 80),
    "public": _CONNECT.format("1.1.1.1", 53),
    "a private net": _CONNECT.format("10.0.0.1", 80),
    "udp": "import socket; s=socket.socket(2,2); s.sendto(b'x',('8.8.8.8',53)); print('OUT')",
    "dns": "import socket; print('OUT', socket.gethostbyname('example.org'))",
    "raw": "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW); print('OUT')",
    "icmp": "import socket; s=socket.socket(2,3,1); s.sendto(b'x',('8.8.8.8',0)); print('OUT')",
    "netlink up": _SH.format("ip link set lo down"),
    "abstract socket": _UNIX.format("chr(0)+'{abstract}'"),
    "docker": _UNIX.format("'/var/run/docker.sock'"),
    "dbus": _UNIX.format("'/run/dbus/system_bus_socket'"),
    "vsock": "import socket; s=socket.socket(40,1); s.connect((2,22)); print('OUT')",
    # files
    "secret": "print('OUT', open('{secret}').read())",
    "secret by proc root": "print('OUT', open('/proc/1/root{secret}').read())",
    "secret by cwd": "print('OUT', open('/proc/{pid}/cwd/{secret}').read())",
    "passwd": "print('OUT', open('/etc/passwd').read())",
    "shadow": "print('OUT', open('/etc/shadow').read())",
    "home": "import os; print('OUT', os.listdir('{home}'))",
    "root": "import os; print('OUT', os.listdir('/root'))",
    "var": "import os; print('OUT', os.listdir('/var'))",
    "run": "import os; print('OUT', os.listdir('/run'))",
    "the tests": "import os; print('OUT', os.listdir('{here}'))",
    "sys": "import os; print('OUT', os.listdir('/sys'))",
    "boot": "import os; print('OUT', os.listdir('/boot'))",
    "write usr": "open('/usr/x','w'); print('OUT')",
    "write bin": "open('/bin/x','w'); print('OUT')",
    "write root": "open('/x','w'); print('OUT')",
    "write etc": "import os; os.makedirs('/etc/x'); print('OUT')",
    "write shm": "open('/dev/shm/x','w'); print('OUT')",
    "write dev": "open('/dev/x','w'); print('OUT')",
    "remount": _SH.format("mount -o remount,rw /usr"),
    "mount proc": _SH.format("mount -t proc p /tmp"),
    "umount": _SH.format("umount /proc"),
    "chroot": "import os; os.chroot('/tmp'); print('OUT')",
    "mknod": "import os; os.mknod('/workspace/d', 0o60666, os.makedev(8,0)); print('OUT')",
    "a disk": "open('/dev/sda','rb'); print('OUT')",
    "vda": "open('/dev/vda','rb'); print('OUT')",
    "mem": "open('/dev/mem','rb'); print('OUT')",
    "kmsg": "open('/dev/kmsg','rb'); print('OUT')",
    "fuse": "open('/dev/fuse','rb'); print('OUT')",
    "kvm": "open('/dev/kvm','rb'); print('OUT')",
    # the kernel and other processes
    "core pattern": "open('/proc/sys/kernel/core_pattern','w',1).write('|/x\\n'); print('OUT')",
    "hostname": "import socket; socket.sethostname('x'); print('OUT')",
    "sysrq": "open('/proc/sysrq-trigger','w',1).write('b\\n'); print('OUT')",
    "oom": "open('/proc/self/oom_score_adj','w', 1).write('-1000\\n'); print('OUT')",
    "kill the parent": "import os; os.kill({pid}, 9); print('OUT')",
    "see the parent": "import os; print('OUT' if os.path.exists('/proc/{pid}/environ') else 0)",
    "kill all": "import os; os.kill(-1, 0); import sys; "
    "print('OUT' if len([p for p in os.listdir('/proc') if p.isdigit()]) > 8 else 0)",
    "the parent's environment": "print('OUT' if 'PROBE_SECRET' in open('/proc/1/environ').read() "
    "else 0)",
    "environment": "import os; print('OUT' if 'PROBE_SECRET' in os.environ else 0)",
    "inherited files": "import os; print('OUT' if len(os.listdir('/proc/self/fd')) > 5 else 0)",
    "ptrace": "import ctypes; print('OUT' if ctypes.CDLL(None).ptrace(16,{pid},0,0)==0 else 0)",
    "setuid": "import os; os.setuid(0); print('OUT')",
    "setgid": "import os; os.setgroups([0]); print('OUT')",
    "sudo": _SH.format("sudo -n true"),
    "su": _SH.format("su -c true </dev/null"),
    "capabilities": "t=open('/proc/self/status').read(); "
    "print(0 if 'CapEff:\\t0000000000000000' in t else 'OUT')",
    "new privileges": "t=open('/proc/self/status').read(); "
    "print(0 if 'NoNewPrivs:\\t1' in t else 'OUT')",
    "terminal": "open('/dev/tty','w',1).write('x\\n'); print('OUT')",
    "io ports": "import ctypes; print('OUT' if ctypes.CDLL(None).syscall(172,3)==0 else 0)",
    "module": "import ctypes; print('OUT' if ctypes.CDLL(None).syscall(175,0,0,0)==0 else 0)",
    "time": "import time; time.clock_settime(0, 0); print('OUT')",
}


def test_there_are_at_least_sixty() -> None:
    assert len(PROBES) >= 60


def test_no_probe_gets_out(tmp_path: Path, machine: dict[str, str]) -> None:
    """All in one box, each probe a process of its own; what one says is read by its name."""
    source = ["import subprocess, sys"]
    for name, probe in PROBES.items():
        for field, value in machine.items():
            probe = probe.replace("{" + field + "}", value)
        source.append(f"r = subprocess.run([sys.executable, '-I', '-c', {probe!r}],")
        source.append("    capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)")
        source.append(f"print({name!r}, '|', r.stdout[:200].strip(), flush=True)")
    source.append("print('alive')")
    outcome = ran(tmp_path, "\n".join(source))
    lines = outcome.output.splitlines()
    assert lines[-1] == "alive", outcome.output[-2000:]
    assert len(lines) == len(PROBES) + 1
    assert [line for line in lines if "OUT" in line] == []
    assert CANARY not in outcome.output


@pytest.mark.parametrize(
    ("code", "language"),
    [
        (
            "import os\nwhile True:\n try: os.fork()\n except OSError: break\nprint('held')",
            "python",
        ),
        ("x = 'x' * (2 * 1024 ** 3); print('OUT')", "python"),
        ("open('/workspace/big', 'wb').write(b'x' * (64 * 1024 ** 2)); print('OUT')", "python"),
        ("yes", "sh"),
        ("n=0; while :; do n=$((n+1)); head -c 8000000 /dev/zero > f$n || exit; done", "sh"),
    ],
    ids=["forks", "memory", "a large file", "endless output", "many files"],
)
def test_a_greedy_program_is_ended(tmp_path: Path, code: str, language: str) -> None:
    outcome = ran(tmp_path, code, language)
    assert "OUT" not in outcome.output
    assert outcome.ended_by in ("", "output", "disk")
    assert sum(path.stat().st_size for path in tmp_path.rglob("*")) <= box.COPY_BYTES
    assert ran(tmp_path, "print('still here')").output == "still here\n"


def test_a_box_that_is_left_alone_too_long_dies_with_all_its_children(tmp_path: Path) -> None:
    async def too_long() -> None:
        async with asyncio.timeout(1.5):
            await box.run(["/bin/sh", "-c", "sleep 7123 & sleep 7123"], tmp_path)

    with pytest.raises(TimeoutError):
        asyncio.run(too_long())
    told = [
        path.read_bytes()
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if path.parent.name != str(os.getpid())
    ]
    assert not any(b"sleep\x007123" in one for one in told)


def test_files_come_back_and_links_do_not(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("old")
    (tmp_path / "gone.txt").write_text("x")
    code = (
        "import os; open('new.txt','w').write(open('old.txt').read()+'er'); os.remove('gone.txt');"
        "os.symlink('/etc/passwd','link'); os.mkfifo('pipe'); os.makedirs('a/b');"
        "open('a/b/c','w').write('deep'); os.symlink('/etc','a/folder')"
    )
    assert ran(tmp_path, code).exit_code == 0
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if not path.is_dir()}
    assert found == {"old.txt", "new.txt", "a/b/c"}
    assert (tmp_path / "new.txt").read_text() == "older"


def test_a_workspace_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as out:
        out.truncate(box.COPY_BYTES + 1)
    with pytest.raises(UsageError, match="more than"):
        ran(tmp_path, "print(1)")
