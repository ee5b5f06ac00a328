//! What a stranger can send as a page, before anything of it is checked: refused or read, the same however its bytes arrive,
//! and bounded. A block that was read is written the same again.
#![no_main]

use intake_wire::{Block, Frames, PublicKey, decode, encode, limits};
use libfuzzer_sys::fuzz_target;

fn taken(pieces: impl Iterator<Item = Vec<u8>>) -> (Vec<Block>, bool) {
    let (mut frames, mut blocks) = (Frames::default(), Vec::new());
    for piece in pieces {
        frames.push(&piece);
        loop {
            match frames.next_block() {
                Ok(Some(block)) => blocks.push(block),
                Ok(None) => break,
                Err(_) => return (blocks, false),
            }
        }
    }
    (blocks, frames.is_at_boundary())
}

fuzz_target!(|input: &[u8]| {
    let _ = Frames::read_page(input);
    let whole = taken([input.to_vec()].into_iter());
    let dripped = taken(input.iter().map(|byte| vec![*byte]));
    assert_eq!(whole, dripped);
    let key = PublicKey([7; 32]);
    for block in &whole.0 {
        let _ = block.verify(&key);
        let bytes = encode(block).unwrap();
        assert!(bytes.len() <= limits::BLOCK_BYTES * 2);
        assert_eq!(&decode::<Block>(&bytes).unwrap(), block);
    }
});
