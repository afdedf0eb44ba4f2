//! Styles, scripts and words are embedded in the program: a file that is new or changed makes it be built again.

fn main() {
    for folder in ["../../assets", "../../locales"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
