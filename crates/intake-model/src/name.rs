//! Names and typed characters: 民委发〔2016〕33号 (one interpunct, 50 characters and more), GB 18030-2022, and Unicode's
//! ideographic description sequences for characters that cannot be typed.
//!
//! Deliberately absent: any list of allowed characters, any shortest or longest name, any change of case, any split
//! into surname and given name. `[\u4e00-\u9fa5]` rejects real people.

use unicode_segmentation::UnicodeSegmentation;

use crate::Code;

/// The one interpunct of names: U+00B7.
pub const INTERPUNCT: char = '\u{B7}';

/// A name with outer space gone and every look-alike of the interpunct made U+00B7. No other character changes.
///
/// For entry and for search alike, so that a name is found however its interpunct was typed.
pub fn normalise(name: &str) -> String {
    name.trim()
        .chars()
        .map(|c| match c {
            '\u{2022}' | '\u{30FB}' | '\u{2027}' | '\u{FF65}' | '\u{387}' => INTERPUNCT,
            other => other,
        })
        .collect()
}

/// Full-width digits, letters and signs (as an input method leaves them) as plain ones, outer space gone.
pub fn half_width(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// A number of a paper: half width, upper case, without space and without invisible signs.
pub fn plain_number(number: &str) -> String {
    let seen = |c: &char| !c.is_whitespace() && !is_invisible(*c);
    half_width(number).chars().filter(seen).flat_map(char::to_uppercase).collect()
}

/// Whether a character draws nothing: what copying from a message or a web page leaves around a number. In a name such
/// a character can carry meaning (U+200C in Persian) and is never touched.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// A name for paper that others may see: the first character stays, the others become ＊ (张＊, 阿＊＊).
///
/// A character is what people count as one: see [`graphemes`]. At most two stars, so that the length of a name is not
/// told either.
pub fn masked(name: &str) -> String {
    let characters = graphemes(name);
    let Some((first, others)) = characters.split_first() else { return String::new() };
    std::iter::once(*first).chain(std::iter::repeat_n("＊", others.len().min(2))).collect()
}

/// A name cut into what people count as one character: a letter with its combining marks, an ideograph with its
/// variation selector, a whole ideographic description sequence. Joined again they are the name, code point for code
/// point.
pub fn graphemes(name: &str) -> Vec<&str> {
    let cut = |piece| match piece {
        Piece::Described(one) => vec![one],
        Piece::Plain(text) | Piece::Broken(text) => text.graphemes(true).collect(),
    };
    pieces(name).into_iter().flat_map(cut).collect()
}

/// Whether a character lies in a private-use area: old systems left such characters, and no font agrees on them.
pub fn is_private_use(c: char) -> bool {
    matches!(u32::from(c), 0xE000..=0xF8FF | 0xF_0000..=0xF_FFFD | 0x10_0000..=0x10_FFFD)
}

/// Whether a text is exactly one ideographic description sequence, such as ⿰韦华 or ⿱艹⿰韦华.
///
/// By the grammar of the Unicode Standard (chapter 18.2, as of 15.1): an operator and as many parts as it takes, each
/// an ideograph, a radical, a stroke, a private-use character, ？ (U+FF1F, a part that is not known) or again a
/// sequence. A variation selector behind a part belongs to it.
pub fn is_ids(text: &str) -> bool {
    matches!(pieces(text).as_slice(), [Piece::Described(_)])
}

/// What is worth a second look about a name, as warnings: [`Code::PrivateUseCharacter`] and, where an operator of an
/// ideographic description lacks its parts, [`Code::DescriptionBroken`]. Nothing else about a name is ever noticed.
pub fn notices(name: &str) -> Vec<Code> {
    let private = name.chars().any(is_private_use).then_some(Code::PrivateUseCharacter);
    let broken = pieces(name).iter().any(|piece| matches!(piece, Piece::Broken(_))).then_some(Code::DescriptionBroken);
    private.into_iter().chain(broken).collect()
}

/// A stretch of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    /// Neither of the others.
    Plain(&'a str),
    /// One whole ideographic description sequence.
    Described(&'a str),
    /// An operator that lacks its parts. The parts it has follow as pieces of their own.
    Broken(&'a str),
}

/// Cuts a name into its pieces, in time linear in its length.
fn pieces(name: &str) -> Vec<Piece<'_>> {
    let characters: Vec<(usize, char)> = name.char_indices().collect();
    let ends = description_ends(&characters);
    let byte = |index: usize| characters.get(index).map_or(name.len(), |&(byte, _)| byte);
    let text = |from: usize, to: usize| name.get(byte(from)..byte(to)).unwrap_or_default();
    let (mut pieces, mut plain_from, mut at) = (Vec::new(), 0, 0);
    while let Some(&(_, c)) = characters.get(at) {
        if operands(c).is_none() {
            at += 1;
            continue;
        }
        if plain_from < at {
            pieces.push(Piece::Plain(text(plain_from, at)));
        }
        let end = ends.get(at).copied().flatten();
        let to = end.unwrap_or(at + 1);
        pieces.push(if end.is_some() { Piece::Described(text(at, to)) } else { Piece::Broken(text(at, to)) });
        (at, plain_from) = (to, to);
    }
    if plain_from < at {
        pieces.push(Piece::Plain(text(plain_from, at)));
    }
    pieces
}

/// For each character the end of the description, or of the single part, that begins there. `None`: none begins there.
///
/// From the back, because in prefix notation an operator's parts are then known already.
fn description_ends(characters: &[(usize, char)]) -> Vec<Option<usize>> {
    let mut ends = vec![None; characters.len()];
    for (index, &(_, c)) in characters.iter().enumerate().rev() {
        let end = match operands(c) {
            Some(count) => (0..count).try_fold(index + 1, |at, _| ends.get(at).copied().flatten()),
            None if is_part(c) => {
                let selected = characters.get(index + 1).is_some_and(|&(_, next)| is_variation_selector(next));
                Some(index + 1 + usize::from(selected))
            }
            None => None,
        };
        if let Some(slot) = ends.get_mut(index) {
            *slot = end;
        }
    }
    ends
}

/// How many parts an ideographic description character takes; `None` for any other character.
fn operands(c: char) -> Option<usize> {
    match c {
        // IDS_Unary_Operator: mirrored, turned.
        '\u{2FFE}' | '\u{2FFF}' => Some(1),
        // IDS_Binary_Operator. U+31EF takes the second part away from the first.
        '\u{2FF0}' | '\u{2FF1}' | '\u{2FF4}'..='\u{2FFD}' | '\u{31EF}' => Some(2),
        // IDS_Trinary_Operator.
        '\u{2FF2}' | '\u{2FF3}' => Some(3),
        _ => None,
    }
}

/// Whether a character can be a part of a description: Ideographic, Radical, CJK stroke, private use or U+FF1F.
///
/// The planes 2 and 3 are taken whole: they are set aside for ideographs, and each year's extension lies in them.
fn is_part(c: char) -> bool {
    let radical = matches!(c, '\u{2E80}'..='\u{2E99}' | '\u{2E9B}'..='\u{2EF3}' | '\u{2F00}'..='\u{2FD5}');
    let stroke = matches!(c, '\u{31C0}'..='\u{31E5}');
    let ideographic = matches!(c,
        '\u{3006}' | '\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3038}'..='\u{303A}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAD9}'
        | '\u{16FE4}' | '\u{17000}'..='\u{18DFF}' | '\u{1B170}'..='\u{1B2FB}'
        | '\u{20000}'..='\u{2FFFD}' | '\u{30000}'..='\u{3FFFD}');
    radical || stroke || ideographic || is_private_use(c) || c == '？'
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Stated, Visit, check};
    use proptest::prelude::*;

    #[test]
    fn every_look_alike_becomes_the_one_interpunct() {
        for mark in ['\u{B7}', '\u{2022}', '\u{30FB}', '\u{2027}', '\u{FF65}', '\u{387}'] {
            assert_eq!(normalise(&format!("马丽亚{mark}司马义")), "马丽亚·司马义", "U+{:04X}", u32::from(mark));
        }
    }

    #[test]
    fn a_masked_name_shows_its_first_character_even_outside_the_bmp() {
        for (name, shown) in [
            ("张伟", "张＊"),
            ("𬱖小雨", "𬱖＊＊"),
            ("阿不都热依木·买买提", "阿＊＊"),
            ("⿰韦华小雨", "⿰韦华＊＊"),
            ("王⿱艹⿰韦华", "王＊"),
            ("A\u{30A}sa", "A\u{30A}＊＊"),
            ("葛\u{E0100}城", "葛\u{E0100}＊"),
            ("李", "李"),
            ("", ""),
        ] {
            assert_eq!(masked(name), shown);
        }
    }

    #[test]
    fn unicode_18_2_a_description_has_the_parts_its_operator_takes() {
        for text in [
            "⿰韦华",
            "⿱艹⿰韦华",
            "⿲彳⿱山王亍",
            "⿳亠口小",
            "⿴囗玉",
            "⿺辶⿱穴⿰月⿲⿱幺長⿱言馬⿱幺長",
            "⿰𬱖？",
            "⿰\u{2E96}\u{31C0}",
            "⿰韦\u{E0100}华",
            "⿾正",
            "⿿予",
            "⿼匚王",
            "⿽冂王",
            "\u{31EF}太丶",
            "⿰木\u{E815}",
            "⿰金\u{31350}",
        ] {
            assert!(is_ids(text), "{text}");
        }
        for text in [
            "",
            "⿰",
            "⿰韦",
            "⿲彳王",
            "韦华",
            "⿰韦华小",
            "⿰韦·",
            "⿰韦a",
            "⿰韦 华",
            "小⿰韦华",
            "⿰韦华⿰韦华",
            "⿰⿱艹韦",
        ] {
            assert!(!is_ids(text), "{text}");
        }
    }

    #[test]
    fn a_description_that_lacks_a_part_is_noticed_and_a_whole_one_is_not() {
        for name in ["⿰韦华小雨", "王⿱艹⿰韦华", "⿰韦华⿰木土", "张伟", "𬱖"] {
            assert_eq!(notices(name), [], "{name}");
        }
        for name in ["小雨⿰韦", "⿰韦·华", "⿲⿰韦华小", "⿰⿱⿲"] {
            assert_eq!(notices(name), [Code::DescriptionBroken], "{name}");
        }
        assert_eq!(notices("\u{E863}⿰"), [Code::PrivateUseCharacter, Code::DescriptionBroken]);
        assert_eq!(graphemes("⿲⿰韦华小"), ["⿲", "⿰韦华", "小"]);
    }

    #[test]
    fn ten_thousand_operators_are_read_without_trouble() {
        let name = "⿰".repeat(10_000);
        assert_eq!(graphemes(&name).len(), 10_000);
        assert!(is_ids(&format!("{name}{}", "木".repeat(10_001))));
    }

    #[test]
    fn old_private_characters_are_flagged_in_every_plane() {
        for c in ['\u{E000}', '\u{F8FF}', '\u{F0000}', '\u{10FFFD}'] {
            assert_eq!(notices(&format!("赵{c}")), [Code::PrivateUseCharacter]);
        }
    }

    #[test]
    fn names_of_every_kind_are_kept_as_they_are() {
        for name in [
            "李",
            "欧阳修",
            "张老师",
            "阿卜杜热合曼·阿卜杜热合曼·吐尔逊尼亚孜·麦麦提依明·艾合买提江·阿布都克热木·伊敏江·肉孜阿吉·买买提",
            "de la Cruz",
            "O'Brien-smith",
            "MCDONALD",
            "Nguyễn Thị Ánh",
            "A\u{30A}sa",
            "葛\u{E0100}城",
            "محمد",
            "نرگس\u{200C}السادات",
            "㐆\u{2A6DF}\u{2B81D}\u{2CEA1}\u{2EBE0}\u{30000}\u{31350}\u{2EBF0}\u{20000}",
            "⿰韦华小雨",
        ] {
            assert_eq!(registered(name), name);
        }
    }

    /// The name as it comes back from JSON after the desk kept it; no error may stop the visit.
    fn registered(name: &str) -> String {
        let demand = "要求尽快修好路灯。".to_owned();
        let visit = Visit { name: Stated::Stated(name.to_owned()), demand, ..Visit::default() };
        assert!(!check::has_errors(&check(&visit)), "{name:?}");
        let json = serde_json::to_string(&visit.normalised()).unwrap();
        let back: Visit = serde_json::from_str(&json).unwrap();
        back.name.text().unwrap_or_default().to_owned()
    }

    /// A character that a name can be made of: all of Unicode but control characters.
    fn any_character() -> impl Strategy<Value = char> {
        prop_oneof![
            any::<char>().prop_filter("a control character is no part of a name", |c| !c.is_control()),
            prop::sample::select("张王李·•・⿰⿱⿲⿳⿻韦华木？ a\u{301}\u{E0100}\u{200C}".chars().collect::<Vec<_>>()),
            proptest::char::range('\u{20000}', '\u{323AF}'),
        ]
    }

    proptest! {
        #[test]
        fn whatever_a_person_is_called_the_visit_registers(name in prop::collection::vec(any_character(), 0..120)) {
            let name: String = name.into_iter().collect();
            // Blank is 不详; a look-alike of the interpunct comes back as the interpunct. All else comes back as it was.
            prop_assert_eq!(registered(&name), normalise(&name));
            let looks_alike = |c: char| c != INTERPUNCT && normalise(&c.to_string()) == INTERPUNCT.to_string();
            if !name.contains(looks_alike) {
                prop_assert_eq!(registered(&name), name.trim());
            }
        }

        #[test]
        fn characters_joined_again_are_the_name(name in prop::collection::vec(any_character(), 0..60)) {
            let name: String = name.into_iter().collect();
            prop_assert_eq!(graphemes(&name).concat(), name.clone());
            prop_assert!(graphemes(&masked(&name)).len() <= 3);
        }

        #[test]
        fn normalising_twice_changes_nothing(name in "\\PC{0,80}") {
            prop_assert_eq!(normalise(&normalise(&name)), normalise(&name));
            prop_assert_eq!(plain_number(&plain_number(&name)), plain_number(&name));
        }

        #[test]
        fn a_description_built_by_the_grammar_is_one_and_lacks_a_part_when_its_last_is_gone(text in description()) {
            prop_assert!(is_ids(&text), "{}", text);
            let shorter: String = text.chars().take(text.chars().count() - 1).collect();
            prop_assert!(!is_ids(&shorter), "{}", shorter);
            let name = format!("王{text}小");
            prop_assert_eq!(graphemes(&name), ["王", &*text, "小"]);
        }
    }

    fn description() -> impl Strategy<Value = String> {
        let part = prop::sample::select("韦华木土艹辶？𬱖\u{31350}".chars().map(String::from).collect::<Vec<_>>());
        let node = part.clone().prop_recursive(5, 40, 3, |inner| join(inner.boxed()));
        join(prop_oneof![part, node].boxed())
    }

    fn join(inner: BoxedStrategy<String>) -> impl Strategy<Value = String> + use<> {
        let operator = |text: &str| prop::sample::select(text.chars().collect::<Vec<_>>());
        prop_oneof![
            (operator("⿾⿿"), inner.clone()).prop_map(|(c, one)| format!("{c}{one}")),
            (operator("⿰⿱⿴⿵⿶⿷⿸⿹⿺⿻⿼⿽㇯"), inner.clone(), inner.clone())
                .prop_map(|(c, one, two)| format!("{c}{one}{two}")),
            (operator("⿲⿳"), inner.clone(), inner.clone(), inner)
                .prop_map(|(c, one, two, three)| format!("{c}{one}{two}{three}")),
        ]
    }
}
