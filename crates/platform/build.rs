//! Rules and migrations are embedded in the program: a file that is new or changed makes it be built again.

fn main() {
    for folder in ["../../migrations", "../../policy"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
