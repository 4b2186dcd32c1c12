"""Ending what was started, and taking away what was made; never anything else."""

import shutil

from tests.runtime import bench, places, serving, sites
from tests.runtime.runtime import Runtime, last_one_out
from tests.runtime.steps import Failed, say, step


def stop(runtime: Runtime) -> None:
	"""Ends every process of the runtime."""
	for service in serving.running(runtime):
		with step(f"Stopping {service.name} ({runtime.kind})", log=service.log):
			service.stop()


def stop_unless_used(runtime: Runtime) -> None:
	with last_one_out(runtime) as alone:
		if alone:
			stop(runtime)
		else:
			say(f"  the {runtime.kind} runtime's services stay: another command uses them")


def clean(runtime: Runtime) -> None:
	"""Takes away the checkout's sites, databases and files on one runtime."""
	_drop_databases(runtime)
	stop(runtime)
	shutil.rmtree(runtime.home, ignore_errors=True)


def _drop_databases(runtime: Runtime) -> None:
	"""On a bench our databases lie in its MariaDB; elsewhere the whole server's folder goes."""
	if runtime.kind != bench.Bench.kind:
		return
	for site in sites.all_of(runtime):
		try:
			with step(f"Dropping {site} (bench)"):
				sites.drop(runtime, site)
		except Failed as failure:
			say(failure.report())


def clean_checkout() -> None:
	shutil.rmtree(places.of_this_checkout(), ignore_errors=True)
	for cache in (".pytest_cache", ".ruff_cache", ".hypothesis"):
		shutil.rmtree(places.CHECKOUT / cache, ignore_errors=True)


def clean_shared() -> None:
	"""Takes away what all checkouts share: it is made anew when next needed."""
	with step("Clearing the shared cache"):
		shutil.rmtree(places.cache() / "shared", ignore_errors=True)
