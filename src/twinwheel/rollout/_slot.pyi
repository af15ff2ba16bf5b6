from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from typing_extensions import Self

class Slot:
    def __new__(
        cls,
        package: str,
        name: str,
        targets: tuple[Callable[..., Any], ...],
        handler: Callable[..., Any],
        session: ContextVar[str],
        page: object,
        fields: int,
        counters: int,
        in_flight: int,
        histograms: int,
    ) -> Self: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def settle(
        self, page: object, fields: int, counters: int, in_flight: int, histograms: int, /
    ) -> None: ...
    def renew(self) -> None: ...
    @property
    def targets(self) -> tuple[Callable[..., Any], ...]: ...

def add(page: object, offset: int, more: int) -> None: ...
def bucket(seed: int, key: str) -> int: ...
def observe(page: object, histogram: int, nanoseconds: int) -> None: ...
