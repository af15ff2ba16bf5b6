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
    threads: int = 1,
) -> None: ...
def convolve_fft(
    input: Buffer,  # noqa: A002
    kernel: Buffer,
    output: Buffer,
    *,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> None: ...
def convolve_separable(
    input: Buffer,  # noqa: A002
    across: Buffer,
    down: Buffer,
    output: Buffer,
    *,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> None: ...
def gaussian_blur(
    input: Buffer,  # noqa: A002
    output: Buffer,
    *,
    sigma: float,
    radius: int,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> None: ...
def sobel(
    input: Buffer,  # noqa: A002
    output: Buffer,
    *,
    axis: int,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> None: ...
def median(
    input: Buffer,  # noqa: A002
    output: Buffer,
    *,
    size: int,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> None: ...
