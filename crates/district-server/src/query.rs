//! What a visitor may ask with the number and the code of their slip: how the matter stands, never who brought it.
//!
//! An unknown number and a wrong code get the same answer after the same work, and both are slowed down. A sealed matter says
//! that it is registered and nothing more.

use std::net::IpAddr;

use chrono::NaiveDate;
use intake_model::clock::first_answer_due;
use intake_model::{
    Calendars, Course, DistrictAct, Paper, Profile, RegistrationNumber, ReplyWay, Stage, StepFact, StepKind, name,
};
use intake_wire::{Hash, SlipIssued, sha256};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use crate::db::lookup::{self, Asked, Issued};
use crate::db::steps;
use crate::slowed::{Tried, Try};
use crate::{District, Result, apply};

/// Longer ones are nobody's.
const MOST_LETTERS: usize = 80;

/// The papers that go to the visitor; the office's own are not told.
const FOR_VISITORS: [Paper; 9] = [
    Paper::AcceptanceNotice,
    Paper::ForwardingNotice,
    Paper::GuidanceSheet,
    Paper::NotAcceptedNotice,
    Paper::NoLongerAcceptedNotice,
    Paper::ExtensionNotice,
    Paper::SupplementNotice,
    Paper::MediationRights,
    Paper::MediationRegister,
];

/// The ones that answer what happens next (Art. 23).
const ANSWERS: [Paper; 5] = [
    Paper::AcceptanceNotice,
    Paper::ForwardingNotice,
    Paper::GuidanceSheet,
    Paper::NotAcceptedNotice,
    Paper::NoLongerAcceptedNotice,
];

/// How a matter stands.
pub(crate) struct Answer {
    pub(crate) number: String,
    pub(crate) state: State,
    pub(crate) office: Office,
}

pub(crate) enum State {
    /// Only that it is registered.
    Sealed,
    Open(Open),
}

pub(crate) struct Open {
    pub(crate) registered_on: NaiveDate,
    /// How far it is, by the steps that stand.
    pub(crate) stage: Stage,
    /// Those steps, in order: name and day; of the last one how it ended. Nothing that was said.
    pub(crate) steps: Vec<(String, NaiveDate)>,
    /// By when the office owes a written answer, while it has given none.
    pub(crate) due: Option<NaiveDate>,
    /// Notices that stand, in order: name and day.
    pub(crate) notices: Vec<(&'static str, NaiveDate)>,
    /// What the district did with it, in order: what and on which day.
    pub(crate) acts: Vec<(&'static str, NaiveDate)>,
}

/// Whom to call.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Office {
    #[serde(rename = "centre_name")]
    pub(crate) name: String,
    #[serde(rename = "office_phone")]
    pub(crate) phone: String,
    #[serde(rename = "office_address")]
    pub(crate) address: String,
    profile: String,
}

impl District {
    /// Answers a visitor; `None` where number and code do not go together.
    ///
    /// # Errors
    /// [`crate::Error::TooOften`] after wrong tries for the number or from the address.
    pub(crate) async fn query(&self, number: &str, code: &str, from: IpAddr) -> Result<Option<Answer>> {
        let short = |text: &str| name::plain_number(&text.chars().take(MOST_LETTERS).collect::<String>());
        let (typed, code) = (short(number).replace('-', ""), short(code));
        let tries = [Try::from(Tried::QueryAddress, from), Try::new(Tried::Number, &typed)];
        self.count_try(&tries).await?;
        let Ok(number) = typed.parse::<RegistrationNumber>() else { return Ok(None) };
        let client = self.pool.get().await?;
        let (centre, number) = (number.centre().as_str(), number.to_string());
        let asked = lookup::asked(&client, centre, &number).await?;
        let told = digest(&code);
        let mut theirs = None;
        for one in &asked {
            let fits = one.query_code.as_deref().map_or(Hash::ZERO, digest);
            if bool::from(told.0.ct_eq(&fits.0)) {
                theirs = Some(one);
            }
        }
        let Some(matter) = theirs else { return Ok(None) };
        self.try_was_right(&tries).await?;
        let office = match apply::read(lookup::office(&client, centre, matter.desk).await?.as_deref()) {
            Some(office) => office,
            None => of_slip(lookup::slip(&client, centre, matter.desk, &number).await?.as_deref()),
        };
        let state = if matter.sealed {
            State::Sealed
        } else {
            let papers = lookup::papers(&client, centre, matter.desk, &number).await?;
            let steps = steps::of(&client, centre, matter.desk, &number).await?;
            let facts: Vec<StepFact> = steps.iter().filter(|one| !one.withdrawn).map(|one| one.fact).collect();
            let acts = self.acts_about(centre, &number, false).await?;
            let acts = acts.iter().map(|one| (for_visitors(one.told.act), one.told.on)).collect();
            State::Open(Open { acts, ..open(matter, &papers, &facts, profile(&office, centre)) })
        };
        Ok(Some(Answer { number, state, office }))
    }
}

/// What a visitor reads for an act of the district.
const fn for_visitors(act: DistrictAct) -> &'static str {
    match act {
        DistrictAct::Forwarded => "区里已经转送有关单位",
        DistrictAct::Assigned => "区里已经交办有关单位",
        DistrictAct::Supervised => "区里已经督办",
        DistrictAct::Reviewed => "已经作出复查意见",
        DistrictAct::Reexamined => "已经作出复核意见",
        DistrictAct::Returned => "区里已经退回登记的窗口办理",
    }
}

/// The office as the slip names it, where the desk never said that it changed.
fn of_slip(open: Option<&[u8]>) -> Office {
    let slip: Option<SlipIssued> = apply::read(open);
    slip.map_or_else(Office::default, |slip| Office {
        name: slip.printed.office,
        phone: slip.printed.phone,
        address: slip.printed.address,
        profile: String::new(),
    })
}

/// A query code as it is compared: hyphens are for the eye. Digests have one length and say nothing by the time they take.
fn digest(code: &str) -> Hash {
    sha256(&[b"intake query code 1\0", name::plain_number(code).replace('-', "").as_bytes()])
}

fn profile(office: &Office, centre: &str) -> &'static Profile {
    Profile::known(&office.profile).unwrap_or_else(|| Profile::of_centre(centre))
}

fn open(matter: &Asked, papers: &[Issued], steps: &[StepFact], profile: &Profile) -> Open {
    let standing = papers.iter().filter(|one| !one.void).filter_map(|one| {
        let paper = Paper::from_word(&one.paper)?;
        FOR_VISITORS.contains(&paper).then_some((paper, one))
    });
    // A paper has a row for each of its deliveries.
    let mut notices: Vec<(Paper, &str, NaiveDate)> =
        standing.map(|(paper, one)| (paper, one.document.as_str(), one.on)).collect();
    notices.dedup();
    let told = |step: &StepFact| step.kind == StepKind::Closed || step.way == Some(ReplyWay::Written);
    let answered = notices.iter().any(|(paper, _, _)| ANSWERS.contains(paper)) || steps.iter().any(told);
    let from = matter.received_on.unwrap_or(matter.date);
    let owed = matter.owes_written_notice && !matter.void && !answered;
    Open {
        registered_on: matter.date,
        stage: stage(matter.void, steps),
        // What two offices settle between them is no step of the visitor's matter.
        steps: steps.iter().filter(|one| one.kind != StepKind::Objected).map(step).collect(),
        due: owed.then(|| first_answer_due(from, profile, Calendars::known())),
        notices: notices.into_iter().map(|(paper, _, day)| (paper.label(), day)).collect(),
        acts: Vec::new(),
    }
}

fn stage(void: bool, steps: &[StepFact]) -> Stage {
    // Only the steps tell how far it is; the rest is for the clocks.
    let (answer_from, told_on, accepted_by_record, extended_to) = (None, None, None, None);
    Course { void, answer_from, told_on, accepted_by_record, extended_to, forwarded: None, steps }.stage()
}

fn step(one: &StepFact) -> (String, NaiveDate) {
    let name = one.kind.label();
    (one.ending.map_or_else(|| name.to_owned(), |ending| format!("{name}：{}", ending.label())), one.on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matter() -> Asked {
        let date = "2026-11-24".parse().unwrap();
        Asked {
            query_code: None,
            desk: 1,
            date,
            received_on: None,
            void: false,
            sealed: false,
            owes_written_notice: true,
        }
    }

    fn issued(paper: &str, void: bool) -> Issued {
        Issued {
            document: "访接〔2026〕01A-1号".into(),
            paper: paper.into(),
            on: "2026-11-25".parse().unwrap(),
            void,
            copies: 1,
            way: None,
            delivered_on: None,
            elsewhere: None,
            refused: None,
        }
    }

    #[test]
    fn the_day_by_which_an_answer_is_owed_stands_until_one_was_given() {
        let told = |papers: &[Issued]| open(&matter(), papers, &[], Profile::national());
        assert_eq!(told(&[]).due, "2026-12-09".parse().ok());
        assert_eq!(told(&[issued("acceptance_notice", true)]).due, "2026-12-09".parse().ok());
        let answered = told(&[issued("acceptance_notice", false), issued("acceptance_notice", false)]);
        assert_eq!((answered.due, answered.notices.len()), (None, 1));
        let later = Asked { received_on: "2026-11-20".parse().ok(), ..matter() };
        assert_eq!(open(&later, &[], &[], Profile::national()).due, "2026-12-05".parse().ok());
    }

    #[test]
    fn a_visitor_is_told_how_far_the_matter_is_and_what_is_no_longer_owed() {
        let step = |kind, on: &str| {
            let (due, way, received_on, ending) = (None, None, None, None);
            StepFact { kind, on: on.parse().unwrap(), due, way, received_on, ending }
        };
        let accepted = step(StepKind::Accepted, "2026-11-25");
        let spoken = StepFact { way: Some(ReplyWay::Phone), ..step(StepKind::Replied, "2026-11-26") };
        let written = StepFact { way: Some(ReplyWay::Written), ..spoken };
        let closed = StepFact { ending: Some(intake_model::Ending::Answered), ..step(StepKind::Closed, "2026-11-27") };
        let told = |steps: &[StepFact]| open(&matter(), &[], steps, Profile::national());
        let one = told(&[accepted, spoken]);
        assert_eq!(
            (one.stage, one.due),
            (Stage::Replied, "2026-12-09".parse().ok()),
            "what is owed is owed in writing"
        );
        assert_eq!((told(&[accepted, written]).due, told(&[closed]).due), (None, None));
        let all = told(&[accepted, written, closed]);
        let days: Vec<String> = all.steps.iter().map(|(name, day)| format!("{name} {day}")).collect();
        assert_eq!(days, ["受理 2026-11-25", "答复 2026-11-26", "办结：已答复 2026-11-27"]);
        assert_eq!(all.stage, Stage::Closed);
    }

    #[test]
    fn the_offices_own_papers_are_not_told() {
        let told = open(&matter(), &[issued("internal_assignment", false)], &[], Profile::national());
        assert!(told.notices.is_empty() && told.due.is_some());
    }

    #[test]
    fn a_code_is_the_same_with_and_without_its_hyphen_and_in_small_letters() {
        assert_eq!(digest("k7qx 4m9p"), digest("K7QX-4M9P"));
        assert_ne!(digest("K7QX-4M9P"), digest("K7QX-4M9A"));
    }
}
