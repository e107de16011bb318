"""Nothing leaves the machine: no library's call home is on, and none is even tried."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

# Every attempt to reach anything but this machine ends the program.
GUARD = """
import socket
def refused(self, address, *rest):
    if self.family != socket.AF_UNIX and not str(address[0]).startswith(("127.", "::1", "localhost")):
        raise SystemExit(f"called out to {address}")
    return connect(self, address, *rest)
connect = socket.socket.connect
socket.socket.connect = refused
def looked_up(host, *rest, **more):
    if host not in ("localhost", "127.0.0.1", "::1", None):
        raise SystemExit(f"looked up {host}")
    return lookup(host, *rest, **more)
lookup = socket.getaddrinfo
socket.getaddrinfo = looked_up
"""
USE = """
import sys, time, qa
archive = qa.open("corpus", index=sys.argv[1])
assert archive.ask("When did Ramadi fall?").short
from qa.web.server import server
from qa.settings import Settings
server(archive, Settings(data=sys.argv[1] + "/data"))
time.sleep(1)  # a call home from a thread would come about now
import gradio, os
assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
assert not gradio.analytics.analytics_enabled()
assert sys.modules["openvino_telemetry"] is None
assert "openvino.tools.ovc" not in sys.modules  # not needed, and it calls home by itself
import openvino.tools.ovc
assert openvino.tools.ovc.convert_model
archive.close()
print("done")
"""


def test_no_library_calls_home(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CI"}  # some keep quiet in CI
    result = subprocess.run(
        [sys.executable, "-c", GUARD + USE, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert (result.returncode, result.stdout) == (0, "done\n"), result.stderr[-2000:]
