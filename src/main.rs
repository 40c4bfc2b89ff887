//! The `dmboot` program; everything is in the library's `cli` module.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    dmboot::cli::main()
}
