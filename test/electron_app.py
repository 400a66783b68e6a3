"""The test shop's desktop application: the unmodified @arms/rum-electron in a main process of Node.js, whose windows are pages of
a real Chromium. test/client/electron/ has the application and what stands in for Electron.
"""
import json
import os
import select
import subprocess

import rum_shop
import shop
from clew_server import wait_until

SOURCES = shop.SOURCES / "electron"
ANSWER_SECONDS_MAX = 90


class Application:
    """Runs in a folder, where the SDK keeps its user and what it could not send. A context manager: it quits at the end."""

    def __init__(self, folder, rum, storage=False):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        environment = {**os.environ, "NODE_PATH": str(SOURCES / "stand_in"), "ELECTRON_HOME": str(folder), "SHOP_RUM": json.dumps(rum),
                       "CLEW_CHROMIUM": rum_shop.CHROMIUM, "CHROMIUM_FLAGS": " ".join(rum_shop.FLAGS)}
        if storage:
            environment["SHOP_STORAGE"] = "1"
        with open(folder / "output", "ab") as errors:
            self.process = subprocess.Popen([f"{shop.node_folder('electron')}/node", str(SOURCES / "shop_app.js")], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=errors, env=environment)
        self.unread = b""

    def __enter__(self):
        assert self._answer() == "ready"
        return self

    def __exit__(self, failure, *_):
        self.process.stdin.close()
        try:
            self.process.wait(ANSWER_SECONDS_MAX)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            self.process.stdout.close()
        assert failure or self.process.returncode == 0, self._said()

    def do(self, what, **more):
        """The answer to a command of shop_app.js."""
        self.process.stdin.write(json.dumps({"do": what, **more}).encode() + b"\n")
        self.process.stdin.flush()
        answer = self._answer()
        assert not (isinstance(answer, dict) and "failed" in answer), answer["failed"]
        return answer

    def session(self):
        """(session id, user id) as the SDK keeps them, once it has reported something."""
        kept = wait_until(lambda: (found := self.do("session")) and len(found) == 2 and found, ANSWER_SECONDS_MAX, "a session and a user")
        return kept["session"], kept["user"]

    def _answer(self):
        while b"\n" not in self.unread:
            ready, _, _ = select.select([self.process.stdout], [], [], ANSWER_SECONDS_MAX)
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            assert piece, f"the application does not answer: {self._said()}"
            self.unread += piece
        line, self.unread = self.unread.split(b"\n", 1)
        return json.loads(line)

    def _said(self):
        return (self.folder / "output").read_text(errors="replace")[-3000:]
