//! The plan for files, against a model of the district: any cut, any repeat, any order ends with exactly the same bytes.

use intake_wire::sha256;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What the district does with pieces, as docs/protocol.md says.
#[derive(Default)]
struct There {
    told: Option<(u64, Hash)>,
    bytes: Vec<u8>,
    whole: bool,
}

impl There {
    fn take(&mut self, piece: &Piece) -> PieceAnswer {
        if self.whole {
            return PieceAnswer { held: self.bytes.len() as u64, became: Became::Whole };
        }
        if self.told != Some((piece.length, piece.sha256)) {
            (self.told, self.bytes) = (Some((piece.length, piece.sha256)), Vec::new());
        }
        let became = piece.beside(self.bytes.len() as u64);
        if matches!(became, Became::Stored | Became::Whole) {
            self.bytes.extend(&piece.bytes);
        }
        if became == Became::Whole {
            if sha256(&[&self.bytes]) != piece.sha256 {
                self.bytes.clear();
                return PieceAnswer { held: 0, became: Became::Wrong };
            }
            self.whole = true;
        }
        PieceAnswer { held: self.bytes.len() as u64, became }
    }
}

/// What befalls a piece on its way.
#[derive(Debug, Clone)]
enum Befalls {
    Nothing,
    /// It never arrives, and the exchange begins anew.
    Lost,
    /// It arrives, and its answer does not.
    Unanswered,
    /// It arrives so many times.
    Repeated(usize),
    /// One that was sent earlier arrives once more before it.
    After(usize),
    /// One of its bytes is another.
    Changed(usize),
}

fn befalls() -> impl Strategy<Value = Befalls> {
    prop_oneof![
        4 => Just(Befalls::Nothing),
        2 => Just(Befalls::Lost),
        2 => Just(Befalls::Unanswered),
        1 => (2..4_usize).prop_map(Befalls::Repeated),
        1 => (0..8_usize).prop_map(Befalls::After),
        1 => (0..100_usize).prop_map(Befalls::Changed),
    ]
}

proptest! {
    #[test]
    fn whatever_befalls_the_pieces_the_same_bytes_are_there_in_the_end(
        file in vec(any::<u8>(), 1..600),
        sizes in vec(1..90_usize, 1..6),
        fates in vec(befalls(), 0..40),
    ) {
        let (mut there, mut earlier) = (There::default(), Vec::<Piece>::new());
        let (length, hash) = (file.len() as u64, sha256(&[&file]));
        let mut fates = fates.into_iter();
        let mut sizes = sizes.into_iter().cycle();
        'exchange: for _ in 0..200 {
            if there.whole {
                break;
            }
            let mut way = Way::from(there.bytes.len() as u64, length);
            loop {
                let at = usize::try_from(way.at).unwrap();
                let bytes = file[at..file.len().min(at + sizes.next().unwrap())].to_vec();
                let mut piece = Piece { blob: Hash([1; 32]), length, sha256: hash, at: way.at, bytes };
                let fate = fates.next().unwrap_or(Befalls::Nothing);
                match &fate {
                    Befalls::Lost => continue 'exchange,
                    Befalls::Repeated(times) => for _ in 1..*times { there.take(&piece); },
                    Befalls::After(which) => if let Some(old) = earlier.get(*which) { there.take(old); },
                    Befalls::Changed(at) => { let at = at % piece.bytes.len(); piece.bytes[at] ^= 1; }
                    Befalls::Nothing | Befalls::Unanswered => {}
                }
                let answer = there.take(&piece);
                if !matches!(fate, Befalls::Changed(_)) {
                    earlier.push(piece);
                }
                if matches!(fate, Befalls::Unanswered) {
                    continue 'exchange;
                }
                match way.after(answer, length) {
                    Next::From(_) => {}
                    Next::There => break 'exchange,
                    Next::Skipped => continue 'exchange,
                }
            }
        }
        prop_assert!(there.whole);
        prop_assert_eq!(there.bytes, file);
    }
}

#[test]
fn what_the_desk_does_not_have_is_not_sent_and_the_districts_order_stays() {
    let missing = |name, bytes| MissingBlob { blob: Hash([name; 32]), bytes, held: 0 };
    let standing = [3, 1, 4].map(|name| Hash([name; 32])).into();
    let all = [missing(4, 5), missing(2, 7), missing(3, 10), missing(1, 30)];
    let names = |skipped: &[u8]| -> Vec<u8> {
        let skipped = skipped.iter().map(|name| Hash([*name; 32])).collect();
        to_send(&all, &standing, &skipped).iter().map(|one| one.blob.0[0]).collect()
    };
    assert_eq!(names(&[]), [4, 3, 1]);
    assert_eq!(names(&[3]), [4, 1]);
}

#[test]
fn a_piece_is_about_two_seconds_of_the_line_within_its_limits() {
    assert_eq!(piece_size(None), 64 << 10);
    assert_eq!(piece_size(Some(50_000)), 100_000);
    assert_eq!(piece_size(Some(1)), 16 << 10);
    assert_eq!(piece_size(Some(u64::MAX / 4)), limits::PIECE_BYTES);
}
