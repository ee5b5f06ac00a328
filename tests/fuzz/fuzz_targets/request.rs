//! Everything else that crosses the line, at both ends: requests, answers, what lies on a stick, an enrolment code, the JSON
//! in an entry. The first byte says which. What was read is written, and reads back as it was.
#![no_main]

use std::fmt::Debug;

use intake_wire::{
    BlobAnswer, BlobRequest, BlobsAnswer, BlobsRequest, DownRequest, EnrolAnswer, EnrolRequest, EnrolmentCode, Entry, Heads, HeadsAnswer,
    OwnRequest, PageAnswer, Piece, PieceAnswer, PublicKey,
    Record, SignedRequest, StickAnswer, StickPages, decode, encode, next_piece,
};
use libfuzzer_sys::fuzz_target;
use minicbor::{Decode, Encode};

fn back<T: for<'b> Decode<'b, ()> + Encode<()> + PartialEq + Debug>(input: &[u8]) {
    if let Ok(told) = decode::<T>(input) {
        let again = encode(&told).unwrap();
        assert_eq!(decode::<T>(&again).unwrap(), told);
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((which, input)) = input.split_first() else { return };
    match which % 19 {
        0 => back::<EnrolRequest>(input),
        1 => back::<EnrolAnswer>(input),
        2 => back::<Heads>(input),
        3 => back::<HeadsAnswer>(input),
        4 => back::<DownRequest>(input),
        5 => back::<OwnRequest>(input),
        6 => back::<PageAnswer>(input),
        7 => back::<StickPages>(input),
        8 => back::<StickAnswer>(input),
        9 => back::<Entry>(input),
        10 => {
            let _ = SignedRequest::open::<Heads>("/v1/heads", input);
            let _ = StickPages::open(input);
            let _ = StickAnswer::open(input, &PublicKey([7; 32]));
            let mut file = input;
            while let Ok(Some(_)) = next_piece(&mut file) {}
        }
        11 => back::<BlobsRequest>(input),
        12 => back::<BlobsAnswer>(input),
        13 => back::<Piece>(input),
        14 => back::<PieceAnswer>(input),
        15 => {
            let _ = Record::of_json(input);
        }
        16 => {
            if let Ok(code) = String::from_utf8_lossy(input).parse::<EnrolmentCode>() {
                assert_eq!(code.to_string().parse::<EnrolmentCode>().unwrap(), code);
            }
        }
        17 => back::<BlobRequest>(input),
        _ => back::<BlobAnswer>(input),
    }
});
