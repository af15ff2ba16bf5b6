//! Compiles the original kernels in C, for the feature `c-kernel`.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "c-kernel")]
    c_kernel::compile();
}

#[cfg(feature = "c-kernel")]
mod c_kernel {
    use std::env;
    use std::fs;
    use std::path::{Path, PathBuf};

    /// As in `cpp/CMakeLists.txt`; `tests/repository` compares the two.
    const FLAGS: &[&str] = &[
        "-ffp-contract=off",
        "-fno-fast-math",
        "-fno-math-errno",
        "-fno-trapping-math",
    ];
    const AVX2: &[&str] = &["-mavx2", "-mfma"];
    const AVX512: &[&str] = &[
        "-mavx2",
        "-mfma",
        "-mavx512f",
        "-mavx512bw",
        "-mprefer-vector-width=512",
    ];
    const X86_32: &[&str] = &["-msse2", "-mfpmath=sse"];

    /// What the header declares. The Rust library that links this may export it too, so here each
    /// has another name.
    const FUNCTIONS: &[&str] = &[
        "kernel_convolve",
        "kernel_convolve_ex",
        "kernel_convolve_fft",
        "kernel_cpu_level",
        "kernel_gaussian_blur",
        "kernel_gaussian_weights",
        "kernel_median",
        "kernel_select_cpu",
        "kernel_separable",
        "kernel_sobel",
        "kernel_version",
    ];

    fn sources(folder: &Path) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = fs::read_dir(folder)
            .expect("the C kernels are beside the Rust ones")
            .map(|entry| entry.expect("the folder can be read").path())
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.ends_with(".c") && !name.ends_with(".inc.c")
            })
            .collect();
        found.sort();
        found
    }

    pub fn compile() {
        let variable = |name: &str| env::var(name).unwrap_or_default();
        let root = Path::new(&variable("CARGO_MANIFEST_DIR")).join("../../cpp");
        println!("cargo::rerun-if-changed={}", root.join("src").display());
        println!("cargo::rerun-if-changed={}", root.join("include").display());
        let arch = variable("CARGO_CFG_TARGET_ARCH");
        let mut common = cc::Build::new();
        // A kernel is compared as it is shipped, also where Rust is built without optimization.
        common.opt_level(3).std("c11").extra_warnings(true);
        common.include(root.join("include"));
        common.define(
            "KERNEL_VERSION",
            format!("\"{}\"", variable("CARGO_PKG_VERSION")).as_str(),
        );
        for function in FUNCTIONS {
            common.define(function, format!("c_{function}").as_str());
        }
        let microsoft = common.get_compiler().is_like_msvc();
        if microsoft {
            common.flag("/fp:precise");
        } else {
            common.flags(FLAGS).flag("-fvisibility=hidden");
            common.flag(format!("-ffile-prefix-map={}=.", root.display()));
            if arch == "x86" {
                common.flags(X86_32);
            }
        }
        if arch == "x86_64" {
            common.define("KERNEL_HAVE_AVX2", None);
            common.define("KERNEL_HAVE_AVX512", None);
        }
        let mut all = common.clone();
        for source in sources(&root.join("src")) {
            let name = source.file_name().unwrap_or_default().to_string_lossy();
            let (flags, option) = match &*name {
                "level_avx2.c" => (AVX2, "/arch:AVX2"),
                "level_avx512.c" => (AVX512, "/arch:AVX512"),
                _ => {
                    all.file(&source);
                    continue;
                }
            };
            if arch == "x86_64" {
                let mut level = common.clone();
                if microsoft {
                    level.flag(option);
                } else {
                    level.flags(flags);
                }
                all.objects(level.file(&source).compile_intermediates());
            }
        }
        all.compile("twinwheel_c_kernel");
        if variable("CARGO_CFG_TARGET_FAMILY") == "unix" {
            println!("cargo::rustc-link-lib=m");
        }
    }
}
