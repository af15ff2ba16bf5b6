//! Where a panic ends: it becomes a code, and never crosses the ABI.

use std::ffi::c_int;
use std::panic::{self, AssertUnwindSafe};

use twinwheel_kernels::Error;
use twinwheel_kernels::abi::{KERNEL_INTERNAL, code_of};

#[cfg(panic = "abort")]
compile_error!("a panic must become an error code: build with panic = \"unwind\"");

/// Call a function of the kernels, and return its result as C does. What a panic says goes to the
/// standard error by the panic hook; nothing of the kernels' is kept from one call to the next, so
/// they can be called again.
pub(crate) fn guard(function: impl FnOnce() -> Result<(), Error>) -> c_int {
    let guarded = || {
        #[cfg(feature = "panic-for-tests")]
        on_demand::panic_if_asked();
        function()
    };
    panic::catch_unwind(AssertUnwindSafe(guarded)).map_or(KERNEL_INTERNAL, code_of)
}

/// A panic that a test asks for.
#[cfg(feature = "panic-for-tests")]
mod on_demand {
    use std::sync::atomic::{AtomicBool, Ordering};

    static ASKED: AtomicBool = AtomicBool::new(false);

    /// Make the next call panic.
    #[unsafe(no_mangle)]
    pub extern "C" fn kernel_panic_next() {
        ASKED.store(true, Ordering::SeqCst);
    }

    pub(super) fn panic_if_asked() {
        assert!(!ASKED.swap(false, Ordering::SeqCst), "as a test asked");
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use twinwheel_kernels::Error;
    use twinwheel_kernels::abi::{
        KERNEL_INTERNAL, KERNEL_INVALID, KERNEL_OK, KERNEL_OUT_OF_MEMORY,
    };

    use super::guard;

    #[test]
    fn results_become_codes() {
        assert_eq!(guard(|| Ok(())), KERNEL_OK);
        assert_eq!(guard(|| Err(Error::Invalid)), KERNEL_INVALID);
        assert_eq!(guard(|| Err(Error::OutOfMemory)), KERNEL_OUT_OF_MEMORY);
    }

    #[test]
    fn a_panic_becomes_a_code() {
        assert_eq!(guard(|| panic!("on purpose")), KERNEL_INTERNAL);
    }

    #[test]
    fn a_panic_of_another_thread_becomes_a_code() {
        let in_a_band = || {
            thread::scope(|scope| {
                scope.spawn(|| panic!("on purpose"));
            });
            Ok(())
        };
        assert_eq!(guard(in_a_band), KERNEL_INTERNAL);
    }
}
