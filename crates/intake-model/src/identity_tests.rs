use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn paper(paper: IdPaper, number: &str) -> Identity {
    Identity { paper, number: number.into(), nationality: None }
}

fn noticed(kind: IdPaper, number: &str) -> Option<Code> {
    notice(&paper(kind, number), day("2026-11-24"))
}

#[test]
fn gb_11643_the_vectors_of_the_standard_are_valid() {
    for number in
        ["11010519491231002X", "440524188001010014", "11010519491231002x", "１１０１０５１９４９１２３１００２ｘ"]
    {
        assert_eq!(noticed(IdPaper::ResidentId, number), None, "{number}");
    }
    for number in ["810000199001010019", "830000199001010012"] {
        assert_eq!(noticed(IdPaper::HmtResidence, number), None, "{number}");
        assert_eq!(noticed(IdPaper::ResidentId, number), Some(Code::IdOtherPaper), "{number}");
    }
}

#[test]
fn gb_11643_says_where_to_look() {
    for (number, code) in [
        ("110105194912310021", Code::IdNumberUnusual),
        ("120102199902292062", Code::BirthDateImpossible),
        ("120110540607122", Code::IdOldForm),
        ("120110541307122", Code::BirthDateImpossible),
        ("1201105406071", Code::PaperNumberUnusual),
        ("H12345678", Code::IdOtherPaper),
    ] {
        assert_eq!(noticed(IdPaper::ResidentId, number), Some(code), "{number}");
    }
    let later = paper(IdPaper::ResidentId, "110105202612310025");
    assert_eq!(notice(&later, day("2026-12-30")), Some(Code::BirthDateFuture));
    assert_eq!(notice(&later, day("2026-12-31")), None);
}

#[test]
fn an_abolished_area_code_is_normal() {
    // 110103 (崇文) is no more since 2010.
    let facts = facts(&paper(IdPaper::ResidentId, &with_check("11010319700101123"))).unwrap();
    assert_eq!((facts.area.as_str(), facts.birth, facts.sex), ("110103", day("1970-01-01"), Sex::Male));
}

#[test]
fn a_valid_number_offers_birth_and_sex_and_an_odd_one_nothing() {
    let told = |kind, number: &str| facts(&paper(kind, number)).map(|facts| (facts.birth, facts.sex));
    assert_eq!(told(IdPaper::ResidentId, "11010519491231002X"), Some((day("1949-12-31"), Sex::Female)));
    assert_eq!(told(IdPaper::HmtResidence, "810000199001010019"), Some((day("1990-01-01"), Sex::Male)));
    assert_eq!(told(IdPaper::ResidentId, "110105194912310021"), None);
    assert_eq!(told(IdPaper::Passport, "11010519491231002X"), None);
}

#[test]
fn permits_residence_cards_and_passports_have_their_forms() {
    for (kind, number) in [
        (IdPaper::HkMacaoPermit, "H12345678"),
        (IdPaper::HkMacaoPermit, "M12345678"),
        (IdPaper::HkMacaoPermit, "H1234567801"),
        (IdPaper::TaiwanPermit, "12345678"),
        (IdPaper::TaiwanPermit, "12345678(B)"),
        (IdPaper::PermanentResidence, "GBR123456789012"),
        (IdPaper::Passport, "C4X7K9P2Q"),
        (IdPaper::Passport, "E12345678"),
        (IdPaper::HouseholdRegister, "什么都行"),
        (IdPaper::Military, "军字第1号"),
        (IdPaper::Other, "?"),
    ] {
        assert_eq!(noticed(kind, number), None, "{number}");
    }
    assert_eq!(noticed(IdPaper::HkMacaoPermit, "H1234567"), Some(Code::PaperNumberUnusual));
    assert_eq!(noticed(IdPaper::HkMacaoPermit, "12345678"), Some(Code::IdOtherPaper));
    assert_eq!(noticed(IdPaper::Passport, "护照号"), Some(Code::PaperNumberUnusual));
}

#[test]
fn the_issue_count_of_a_permit_is_not_part_of_its_number() {
    let kept = |kind, number: &str| paper(kind, number).normalised().number;
    assert_eq!(kept(IdPaper::HkMacaoPermit, "h1234567802"), "H12345678");
    assert_eq!(kept(IdPaper::TaiwanPermit, "12345678(B)"), "12345678");
    assert_eq!(kept(IdPaper::TaiwanPermit, "H1234567802"), "H1234567802", "the other permit's form is left as it is");
}

#[test]
fn an_old_record_that_names_no_paper_is_told_by_the_form_of_its_number() {
    for (number, kind) in [
        ("11010519491231002X", IdPaper::ResidentId),
        ("120110540607122", IdPaper::ResidentId),
        ("810000199001010019", IdPaper::HmtResidence),
        ("H12345678", IdPaper::HkMacaoPermit),
        ("C4X7K9P2Q", IdPaper::Passport),
        ("不详", IdPaper::Other),
    ] {
        assert_eq!(paper_by_form(number), kind, "{number}");
    }
}

#[test]
fn gb_32100_the_vectors_of_domain() {
    assert!(uscc_is_valid("91350100M000100Y43"));
    assert!(!uscc_is_valid("91350100M000100Y4Z"));
    assert!(!uscc_is_valid("91350100I000100Y43"), "I is not in its alphabet");
    assert!(!uscc_is_valid("91350100M000100Y4"));
}

#[test]
fn gb_t_2261_1_and_the_national_exchange_model_use_other_numbers_for_sex() {
    for sex in [Sex::Unknown, Sex::Male, Sex::Female, Sex::NotStated] {
        assert_eq!(Sex::from_code(sex.code()), Some(sex));
        assert_eq!(sex.exchange_code().and_then(Sex::from_exchange_code), sex.exchange_code().map(|_| sex));
    }
    assert_eq!((Sex::Male.code(), Sex::Female.code()), (1, 2));
    assert_eq!((Sex::Male.exchange_code(), Sex::Female.exchange_code()), (Some(1), Some(0)));
    assert_eq!((Sex::from_code(3), Sex::from_exchange_code(2)), (None, None));
}

/// Seventeen digits with the check character that GB 11643 gives them, worked out as the standard prints it.
fn with_check(body: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 =
        body.chars().map(|c| c.to_digit(10).unwrap()).zip(weights).map(|(digit, weight)| digit * weight).sum();
    let check = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize];
    format!("{body}{check}")
}

prop_compose! {
    fn residents()(area in 110_000u32..660_000, days in 0i64..45_000, serial in 0u32..1000) -> String {
        let birth = day("1900-01-01") + chrono::Duration::days(days);
        with_check(&format!("{area:06}{}{serial:03}", birth.format("%Y%m%d")))
    }
}

proptest! {
    #[test]
    fn every_number_made_by_the_rule_is_valid(number in residents()) {
        prop_assert_eq!(notice(&paper(IdPaper::ResidentId, &number), day("2099-01-01")), None);
        let odd = number.as_bytes()[16] % 2 == 1;
        let told = facts(&paper(IdPaper::ResidentId, &number)).unwrap();
        prop_assert_eq!(told.sex, if odd { Sex::Male } else { Sex::Female });
        let birth = told.birth.format("%Y%m%d").to_string();
        prop_assert_eq!(Some(birth.as_str()), number.get(6..14));
    }

    #[test]
    fn one_changed_digit_is_always_caught(number in residents(), at in 0usize..17, by in 1u8..10) {
        let mut digits = number.into_bytes();
        digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
        let changed = String::from_utf8(digits).unwrap();
        let found = notice(&paper(IdPaper::ResidentId, &changed), day("2099-01-01"));
        prop_assert!(found.is_some(), "{}", changed);
    }

    #[test]
    fn whatever_is_written_as_a_number_is_kept_and_never_breaks_anything(number in "\\PC{0,40}") {
        for kind in [IdPaper::ResidentId, IdPaper::HkMacaoPermit, IdPaper::TaiwanPermit, IdPaper::Passport, IdPaper::Other] {
            let kept = paper(kind, &number).normalised();
            prop_assert_eq!(kept.clone().normalised(), kept.clone());
            let _ = (notice(&kept, day("2026-11-24")), facts(&kept), paper_by_form(&kept.number));
        }
    }
}
