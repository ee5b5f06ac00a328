//! How a paper reached its addressee, as 送达回证 tells it.
//!
//! Deliberately absent: what a refusal means for the visitor. It is a fact about the paper, and nothing follows from it.

use chrono::NaiveDateTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Code;
use crate::check::text_fault;
use crate::words::words;

words! {
    /// The ways in which a paper is delivered.
    DeliveryWay, "delivery_ways":
    /// 当面送达: handed over.
    InPerson = "in_person",
    /// 邮寄送达: sent by post, with its receipt.
    Post = "post",
    /// 留置送达: left where the addressee lives, before a witness.
    Left = "left",
    /// 委托送达: handed over by somebody else for the desk.
    Entrusted = "entrusted",
    /// 电子送达: sent as data, where the addressee agreed to it.
    Electronic = "electronic",
}

/// One delivery of one or several papers to one addressee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[ts(export)]
pub struct Delivery {
    /// How.
    pub way: DeliveryWay,
    /// Who received it.
    pub receiver: String,
    /// What they are to the addressee: 本人, 配偶, 同住成年家属.
    pub relation: String,
    /// When, at +08:00.
    #[ts(type = "string")]
    pub at: NaiveDateTime,
    /// Where.
    pub place: String,
    /// Who saw it, where somebody had to.
    pub witness: String,
    /// It was not received.
    pub refused: bool,
    /// Why it was not, as told; else what is to be noted.
    pub remark: String,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            way: DeliveryWay::InPerson,
            receiver: String::new(),
            relation: String::new(),
            at: NaiveDateTime::default(),
            place: String::new(),
            witness: String::new(),
            refused: false,
            remark: String::new(),
        }
    }
}

impl Delivery {
    /// The same as it is kept: to the minute, outer white space gone.
    #[must_use]
    pub fn normalised(self) -> Self {
        let trim = |text: String| text.trim().to_owned();
        Self {
            receiver: trim(self.receiver),
            relation: trim(self.relation),
            place: trim(self.place),
            witness: trim(self.witness),
            remark: trim(self.remark),
            ..self
        }
    }

    /// The first field that keeps it from being written down, and why. `issued` is when the latest of the papers went
    /// out, `now` the time of writing.
    ///
    /// # Errors
    /// The field's name with [`Code::ReceiverMissing`], [`Code::RefusalUnexplained`], [`Code::DeliveryTimeImpossible`] or
    /// what a text that cannot be kept gives.
    pub fn check(&self, issued: NaiveDateTime, now: NaiveDateTime) -> Result<(), (&'static str, Code)> {
        let texts = [
            ("receiver", &self.receiver),
            ("relation", &self.relation),
            ("place", &self.place),
            ("witness", &self.witness),
            ("remark", &self.remark),
        ];
        if let Some((field, code)) = texts.into_iter().find_map(|(field, text)| Some((field, text_fault(text)?))) {
            return Err((field, code));
        }
        match self.refused {
            false if self.receiver.is_empty() => return Err(("receiver", Code::ReceiverMissing)),
            true if self.remark.is_empty() => return Err(("remark", Code::RefusalUnexplained)),
            _ => {}
        }
        // The paper says the day; the minute of the entry is the program's.
        if self.at.date() < issued.date() || self.at > now {
            return Err(("at", Code::DeliveryTimeImpossible));
        }
        Ok(())
    }
}

/// Which of the deliveries of one paper counts, whichever window of the centre wrote each down: the earliest of those in which
/// it was received; while there is none, the last refusal. `of` says whether one was refused, and when it was.
pub fn counting<T, K: Ord>(all: impl IntoIterator<Item = T>, of: impl Fn(&T) -> (bool, K)) -> Option<T> {
    let (refused, received): (Vec<T>, Vec<T>) = all.into_iter().partition(|one| of(one).0);
    let when = |one: &T| of(one).1;
    received.into_iter().min_by_key(when).or_else(|| refused.into_iter().max_by_key(when))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_windows_that_handed_over_one_paper_the_earlier_counts_and_a_refusal_only_while_nobody_received_it() {
        let of = |one: &(bool, u32)| *one;
        assert_eq!(counting([], of), None);
        assert_eq!(counting([(false, 26), (false, 25)], of), Some((false, 25)));
        // Written down without knowing of the other: neither undoes it.
        assert_eq!(counting([(false, 25), (true, 24), (true, 26)], of), Some((false, 25)));
        assert_eq!(counting([(true, 24), (true, 26)], of), Some((true, 26)));
    }

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn said(delivery: &Delivery) -> Result<(), (&'static str, Code)> {
        delivery.check(at("2026-11-24T09:05:30"), at("2026-11-24T10:00:00"))
    }

    #[test]
    fn somebody_received_it_or_the_refusal_has_its_ground() {
        let handed = Delivery { receiver: "张伟".into(), at: at("2026-11-24T09:05:00"), ..Delivery::default() };
        assert_eq!(said(&handed), Ok(()));
        let nobody = Delivery { receiver: String::new(), ..handed.clone() };
        assert_eq!(said(&nobody), Err(("receiver", Code::ReceiverMissing)));
        let refused = Delivery { refused: true, ..nobody };
        assert_eq!(said(&refused), Err(("remark", Code::RefusalUnexplained)));
        assert_eq!(said(&Delivery { remark: "不愿签字".into(), ..refused }), Ok(()));
    }

    #[test]
    fn a_delivery_lies_between_the_day_of_issue_and_now() {
        let on = |day: &str| said(&Delivery { receiver: "张伟".into(), at: at(day), ..Delivery::default() });
        assert_eq!(on("2026-11-23T23:59:00"), Err(("at", Code::DeliveryTimeImpossible)));
        assert_eq!(on("2026-11-24T00:00:00"), Ok(()));
        assert_eq!(on("2026-11-24T10:01:00"), Err(("at", Code::DeliveryTimeImpossible)));
    }
}
