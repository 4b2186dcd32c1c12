"""Checks the code's style with the linter at the version this project was written with."""

import argparse
import subprocess

from tests.runtime import environments, places
from tests.runtime.steps import say


def main(options: argparse.Namespace) -> int:
	python = environments.tools(places.of_this_checkout() / "tools.log")
	codes = []
	for words in (["check"], ["format", "--check"]):
		command = [python, "-m", "ruff", *words, *(options.arguments or ["."])]
		codes.append(subprocess.run(command, cwd=places.CHECKOUT, check=False).returncode)
	say(
		"lint: "
		+ ("clean" if not any(codes) else "see above; `ruff check --fix` and `ruff format` mend most")
	)
	return max(codes)
