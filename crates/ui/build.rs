//! Rebuilds the crate when a text or an asset is added: both folders are embedded as a whole.

fn main() {
    println!("cargo:rerun-if-changed=../../locales");
    println!("cargo:rerun-if-changed=../../assets");
}
