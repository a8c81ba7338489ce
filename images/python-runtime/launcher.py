"""Runs one user script: fetches it when it is a URL, checks its digest, and becomes it."""

import hashlib
import http.client
import os
import re
import shlex
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

DOWNLOAD_WITHIN_SECONDS = 60


class LaunchFault(Exception):
    """Ends the launcher with one line that says what to change."""


def is_url(script: str) -> bool:
    """True for what is fetched rather than opened."""
    return re.match(r"(https?|ftp|file)://", script, re.IGNORECASE) is not None


def shown(script: str) -> str:
    """A script as it may be told, since logs end up in statuses: without a password or a token in its URL."""
    if not is_url(script):
        return script
    return re.sub(r"[?#].*$", "", re.sub(r"^(\w+://)[^/?#]*@", r"\1", script), flags=re.DOTALL)


def fetch(url: str) -> bytes:
    """The body behind a URL; redirects are followed, any HTTP error or empty body is a fault."""
    try:
        with urllib.request.urlopen(url, timeout=DOWNLOAD_WITHIN_SECONDS) as answer:
            body = answer.read()
    except urllib.error.HTTPError as error:
        raise LaunchFault(f"SCRIPT {shown(url)} cannot be fetched: the server answered {error.code}") from error
    except http.client.HTTPException as error:
        # Its words may be a part of the URL.
        raise LaunchFault(f"SCRIPT {shown(url)} cannot be fetched: {type(error).__name__}") from error
    except (OSError, ValueError) as error:
        raise LaunchFault(f"SCRIPT {shown(url)} cannot be fetched: {error}") from error
    if not body:
        raise LaunchFault(f"SCRIPT {shown(url)} is empty")
    return body


def read_local(path: str) -> bytes:
    """The bytes of a file."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise LaunchFault(f"SCRIPT {path} cannot be read: {error.strerror}") from error


def resolve(script: str, sha256: str) -> str:
    """Path of what to run; what was verified is what runs."""
    body = fetch(script) if is_url(script) else read_local(script)
    found = hashlib.sha256(body).hexdigest()
    if sha256 and found != sha256.lower():
        raise LaunchFault(f"SCRIPT {shown(script)} has SHA-256 {found}, and SCRIPT_SHA256 asks for {sha256}")
    if not is_url(script):
        return script
    name = os.path.basename(urllib.parse.urlparse(script).path) or "script.py"
    path = os.path.join(tempfile.mkdtemp(prefix="script-"), name)
    with open(path, "wb") as file:
        file.write(body)
    return path


def main() -> None:
    """Replaces this process by the script's: its exit code and signals are its own."""
    script = os.environ.get("SCRIPT", "")
    if not script:
        raise LaunchFault("SCRIPT is not set: it names the script, a path or a URL")
    try:
        arguments = shlex.split(os.environ.get("CMD_ARGS", ""))
    except ValueError as error:
        raise LaunchFault("CMD_ARGS holds a quote that is never closed") from error
    path = resolve(script, os.environ.get("SCRIPT_SHA256", ""))
    os.execv(sys.executable, [sys.executable, path, *arguments])


if __name__ == "__main__":
    try:
        main()
    except LaunchFault as fault:
        print(f"python-runtime: {fault}", file=sys.stderr)
        sys.exit(1)
