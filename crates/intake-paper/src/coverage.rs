//! How much of GB 18030-2022 the fonts of a machine draw: counted, not claimed.
//!
//! The third level of the standard asks for 87,887 Chinese characters and 228 radicals. The characters are those of
//! Unicode's unified ideographs up to extension F as the standard lists them, with the twelve that stand among the
//! compatibility ideographs and are unified; the radicals are the 214 of 康熙 and fourteen components.

use serde::Serialize;

use crate::fonts::{self, Covered, Drawn};

/// One block of the third level, and how many of its characters are drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// What it is called.
    pub block: &'static str,
    /// From and to which code points, as ranges.
    pub ranges: String,
    /// How many characters the standard asks for.
    pub asked: u32,
    /// How many the faces of the text draw.
    pub usual: u32,
    /// How many more the faces for rare characters draw.
    pub rare: u32,
    /// How many none draws: they are printed as a ruled space with their code points.
    pub nowhere: u32,
}

type Block = (&'static str, &'static [(u32, u32)]);

/// The blocks of the third level.
const LEVEL_3: [Block; 9] = [
    ("CJK Unified Ideographs", &[(0x4E00, 0x9FEF)]),
    (
        "unified ideographs among CJK Compatibility Ideographs",
        &[
            (0xFA0E, 0xFA0F),
            (0xFA11, 0xFA11),
            (0xFA13, 0xFA14),
            (0xFA1F, 0xFA1F),
            (0xFA21, 0xFA21),
            (0xFA23, 0xFA24),
            (0xFA27, 0xFA29),
        ],
    ),
    ("CJK Extension A", &[(0x3400, 0x4DB5)]),
    ("CJK Extension B", &[(0x2_0000, 0x2_A6D6)]),
    ("CJK Extension C", &[(0x2_A700, 0x2_B734)]),
    ("CJK Extension D", &[(0x2_B740, 0x2_B81D)]),
    ("CJK Extension E", &[(0x2_B820, 0x2_CEA1)]),
    ("CJK Extension F", &[(0x2_CEB0, 0x2_EBE0)]),
    (
        "radicals",
        &[
            (0x2E81, 0x2E81),
            (0x2E84, 0x2E84),
            (0x2E88, 0x2E88),
            (0x2E8B, 0x2E8C),
            (0x2E97, 0x2E97),
            (0x2EA7, 0x2EA7),
            (0x2EAA, 0x2EAA),
            (0x2EAE, 0x2EAE),
            (0x2EB3, 0x2EB3),
            (0x2EB6, 0x2EB7),
            (0x2EBB, 0x2EBB),
            (0x2ECA, 0x2ECA),
            (0x2F00, 0x2FD5),
        ],
    ),
];

/// Counts, block by block.
pub(crate) fn counted(usual: &Covered, rare: &Covered) -> Vec<Coverage> {
    LEVEL_3.iter().map(|(name, ranges)| block(name, ranges, usual, rare)).collect()
}

fn block(block: &'static str, ranges: &[(u32, u32)], usual: &Covered, rare: &Covered) -> Coverage {
    let written =
        ranges.iter().map(|(from, to)| if from == to { format!("{from:04X}") } else { format!("{from:04X}-{to:04X}") });
    let written = written.collect::<Vec<_>>().join(" ");
    let mut counted = Coverage { block, ranges: written, asked: 0, usual: 0, rare: 0, nowhere: 0 };
    for c in ranges.iter().flat_map(|(from, to)| *from..=*to).filter_map(char::from_u32) {
        counted.asked += 1;
        match fonts::drawn(c, usual, rare) {
            Drawn::Usual | Drawn::Invisible => counted.usual += 1,
            Drawn::Rare => counted.rare += 1,
            Drawn::Nowhere => counted.nowhere += 1,
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blocks_are_the_87_887_characters_and_228_radicals_of_the_standard() {
        let counted = counted(&Covered::default(), &Covered::default());
        let (radicals, characters) = counted.split_last().unwrap();
        assert_eq!(characters.iter().map(|block| block.asked).sum::<u32>(), 87_887);
        assert_eq!(radicals.asked, 228);
    }
}
