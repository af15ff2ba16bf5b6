# The Rust implementation: PyO3 over rust/kernels.

from typing_extensions import Buffer

__version__: str
cpu_level: str
compiler: str

def convolve(
    input: Buffer,  # noqa: A002
    kernel: Buffer,
    output: Buffer,
    *,
    border: str = "constant",
    value: float = 0.0,
) -> None: ...
