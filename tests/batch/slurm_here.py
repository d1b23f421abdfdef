"""A SLURM of this machine: munged, slurmctld and slurmd as processes of their own, with all they keep in one folder."""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from dask_cluster import free_port, wait_for

#: What has to be installed.
COMMANDS = ("munged", "slurmctld", "slurmd", "sbatch", "srun")
#: Debian puts daemons where the path of a user may not lead.
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
#: One node, with CPUs and memory as they stand here, not as the machine has them; neither accounting nor cgroups.
CONFIGURATION = """
ClusterName=here
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmdPort={port_of_node}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=bf_interval=1,sched_interval=1
KillWait=2
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=6000
PartitionName=compute Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Commands that are not on this machine."""
    return ", ".join(name for name in COMMANDS if shutil.which(name, path=PATH) is None)


class Slurm:
    """Daemons on free ports, and the commands that talk to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._config = folder / "slurm.conf"
        #: For whatever has to reach it.
        self.environment = {**os.environ, "PATH": PATH, "SLURM_CONF": str(self._config)}
        self._daemons: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        host = socket.gethostname().split(".")[0]
        self._config.write_text(CONFIGURATION.format(host=host, port=free_port(), port_of_node=free_port(),
                                                     user=getpass.getuser(), folder=self.folder))
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o600)
        paths = {"socket": "munge.socket", "key-file": "munge.key", "log-file": "munged.log", "pid-file": "munged.pid",
                 "seed-file": "munged.seed"}
        # By force, for the folders of tests are closed to others, which munged warns of.
        self._start("munged", "--foreground", "--force", *(f"--{o}={self.folder / n}" for o, n in paths.items()))
        self._wait(lambda: (self.folder / "munge.socket").exists())
        self._start("slurmctld", "-D")
        self._start("slurmd", "-D")
        self._wait(lambda: self.run("sinfo", "--noheader", "--format", "%T", check=False) == "idle")

    def _start(self, *words: str) -> None:
        with (self.folder / f"{words[0]}.out").open("wb") as log:
            self._daemons.append(subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT, env=self.environment))

    def _wait(self, condition: Callable[[], bool]) -> None:
        def come() -> bool:
            for daemon in self._daemons:
                if daemon.poll() is not None:
                    raise RuntimeError("\n".join(path.read_text() for path in self.folder.glob("*.out")))
            return condition()

        wait_for(come)

    def run(self, *words: str, check: bool = True, environment: dict[str, str] | None = None) -> str:
        """What a command of SLURM prints."""
        done = subprocess.run(words, env=environment or self.environment, cwd=self.folder, text=True, check=check,
                              timeout=60, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout.strip()

    def submit(self, *words: str) -> str:
        """The number of a new job, whose output goes to `NUMBER.log` of the folder."""
        return self.run("sbatch", "--parsable", "--output", "%j.log", *words)

    def jobs(self) -> list[str]:
        """The numbers of jobs that have not ended."""
        return self.run("squeue", "--noheader", "--format", "%i").split()

    def processes(self) -> list[psutil.Process]:
        """Daemons, jobs and all that they started, whoever their parents are."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get("SLURM_CONF") == str(self._config)
        except (psutil.Error, OSError):
            return False

    def close(self) -> None:
        """End all of them."""
        ours = self.processes()
        for process in ours:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        for daemon in self._daemons:
            daemon.wait(10)
        psutil.wait_procs(ours, timeout=10)


@contextmanager
def slurm_here(folder: Path) -> Iterator[Slurm]:
    """A SLURM with one idle node of four CPUs."""
    slurm = Slurm(folder)
    try:
        slurm.start()
        yield slurm
    finally:
        slurm.close()
