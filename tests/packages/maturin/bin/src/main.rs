//! A program.

fn main() {
    println!("Hello.");
}
