//! Every fuzz target stands its kept corpus and some thousand mutations of it, the same in every run.

use std::path::Path;

use klingel_fuzz::{TARGETS, Target, mutate};

/// Mutations of each target's corpus.
const MUTATIONS: u64 = 1_500;

/// Prints the input if the target panics.
struct Input<'a>(&'a str, &'a [u8]);

impl Drop for Input<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{} found something with \"{}\"; keep it in fuzz/corpus", self.0, self.1.escape_ascii());
        }
    }
}

fn play(name: &str, target: Target) {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus")).join(name);
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .expect("the corpus is kept")
        .map(|entry| entry.expect("a file").path())
        .collect();
    paths.sort();
    let corpus: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).expect("a file")).collect();
    assert!(!corpus.is_empty(), "{name} has no corpus");
    for input in corpus.iter().cloned().chain((0..MUTATIONS).map(|seed| mutate(&corpus, seed))) {
        let input = Input(name, &input);
        target(input.1);
    }
    println!("{name}: {} kept inputs and {MUTATIONS} mutations, nothing found", corpus.len());
}

#[test]
fn every_target_stands_its_corpus_and_mutations_of_it() {
    for (name, target) in TARGETS {
        play(name, target);
    }
}
