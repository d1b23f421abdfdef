"""The application: its routes, what stands around them, and what they share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

import buem
from buem.service import errors, openapi
from buem.service.answers import utc_now
from buem.service.around import Around
from buem.service.engines import Engines
from buem.service.keys import KeyRing
from buem.service.limits import Limiter, write_counts
from buem.service.options import ServiceOptions
from buem.service.routes import (
    audit,
    buem_page,
    buildings,
    collection_jobs,
    health,
    jobs,
    maps,
    pages,
    schedules,
    templates,
    uploads,
    validating,
    webhooks,
)
from buem.service.shortcut import Shortcut
from buem.service.statuses import Statuses

#: What makes each group of routes.
ROUTERS: Final[tuple[Callable[[], APIRouter], ...]] = (
    health.router,
    buem_page.router,
    validating.router,
    jobs.router,
    buildings.router,
    collection_jobs.router,
    uploads.router,
    openapi.router,
    templates.router,
    schedules.router,
    webhooks.router,
    audit.router,
    maps.router,
    pages.router,
)

#: ASGI middlewares, the outermost first; each is made with the app and the application's state.
MIDDLEWARE: Final[tuple[Callable[..., Any], ...]] = (Around, Shortcut)

#: Between two writes of what the limits have counted. [s]
_COUNTS_EVERY: Final = 0.5


def create_app(options: ServiceOptions, store: Engine) -> FastAPI:
    """The application on a store whose tables are there.

    Parameters
    ----------
    options : ServiceOptions
        How it runs.
    store : Engine
        Of `store.open_store`.

    Returns
    -------
    FastAPI
        With `state.options` and `state.store`, from which the routes take what they need.
    """
    app = FastAPI(title="buem", version=buem.__version__, docs_url=None, redoc_url=None,
                  openapi_url=None, lifespan=_lifespan, redirect_slashes=False,
                  description="Hourly heating and cooling of every building of a city, over HTTP.")
    app.state.options = options
    app.state.store = store
    app.state.keys = KeyRing(store)
    app.state.statuses = Statuses(store)
    app.state.turn = asyncio.Lock()
    app.state.limiter = Limiter(store, options.limits, utc_now)
    errors.install(app)
    routers = [make() for make in ROUTERS]
    for one in routers:
        app.include_router(one)
    # Of an application FastAPI shows its routers in some versions, their routes in others.
    app.state.routes = tuple(route for one in routers for route in one.routes)
    for layer in reversed(MIDDLEWARE):
        app.add_middleware(layer, state=app.state)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    options: ServiceOptions = app.state.options
    app.state.engines = engines = Engines(options.engines, options.run_options.budget)
    await engines.start()
    beside = (asyncio.create_task(engines.warm()), asyncio.create_task(_write_counts(app.state.limiter)))
    yield
    for task in beside:
        task.cancel()
    engines.stop()
    write_counts(app.state.limiter)
    app.state.statuses.close()
    app.state.store.dispose()


async def _write_counts(limiter: Limiter) -> None:
    while True:
        await asyncio.sleep(_COUNTS_EVERY)
        await run_in_threadpool(write_counts, limiter)
