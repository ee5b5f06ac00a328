//! Where a matter goes: from its class, its route and the competent body to the outcome, with the article, the papers,
//! the clocks that start and the doors elsewhere (《信访工作条例》 Art. 19, 20, 22 to 31, 33, 36).
//!
//! It advises; the clerk decides ([`crate::Decision`]). Whatever it says, the visit is registered: no answer here is a
//! ground to refuse that (Art. 23(1)).
//!
//! Deliberately absent: the visitor. The questions are about the matter and about bodies, never about a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::clock::{ClockCode, first_answer};
use crate::door::{Door, Doors, Ground};
use crate::outcome::{Outcome, Paper};
use crate::profile::{BodyKind, Profile};
use crate::visit::Way;
use crate::words::words;

words! {
    /// The class of a matter (Art. 29 to 31).
    Class, "classes":
    /// 建议意见类 (Art. 29).
    Proposal = "proposal",
    /// 检举控告类 (Art. 30): sealed.
    Denunciation = "denunciation",
    /// 申诉求决类 (Art. 31).
    Appeal = "appeal",
}

words! {
    /// The six routes of an appeal (Art. 31), apart from class and from content category.
    Route, "routes":
    /// 31(1): litigation, prosecution, police.
    Litigation = "31-1",
    /// 31(2): arbitration.
    Arbitration = "31-2",
    /// 31(3): appeals within the Party, re-examination of sanctions.
    PartyAppeal = "31-3",
    /// 31(4): administrative review, ruling, confirmation, permit, penalty.
    Administrative = "31-4",
    /// 31(5): a statutory duty is to be performed, a breach of the law investigated.
    StatutoryDuty = "31-5",
    /// 31(6): all else; the only one with the clock of 60 days (Art. 34).
    Petition = "31-6",
}

words! {
    /// Which body has the power (Art. 22 to 24).
    Competent, "competent":
    /// This office; at the district's centre also the departments of its own level.
    Own = "own",
    /// A body below in the same system.
    LowerBody = "lower_body",
    /// A body elsewhere.
    AnotherBody = "another_body",
    /// Two or more bodies.
    Several = "several",
    /// Not clear at the desk.
    Unknown = "unknown",
}

words! {
    /// The rule that the advice follows: its sentence and its article stand in `assets/text/rules.zh.json`.
    Rule, "rules":
    /// Already in hand below (Art. 19(3)).
    InHandBelow = "in_hand_below",
    /// A 复核 opinion was given (Art. 36(3)), and this office issues the paper.
    Reexamined = "reexamined",
    /// The same, and it is for a superior to say so.
    ReexaminedElsewhere = "reexamined_elsewhere",
    /// Remedies of litigation (Art. 20(2), 28(2)).
    LitigationRights = "litigation_rights",
    /// The same by letter at the district's centre, which forwards it (Art. 22(2)).
    LitigationRightsForwarded = "litigation_rights_forwarded",
    /// A denunciation that this office handles (Art. 30(1)).
    DenunciationOwn = "denunciation_own",
    /// A denunciation for the discipline organs (Art. 30(1)).
    DenunciationElsewhere = "denunciation_elsewhere",
    /// The district's centre forwards a denunciation to the discipline organs (Art. 22(2)).
    DenunciationForwarded = "denunciation_forwarded",
    /// A proposal is studied (Art. 29(1)).
    Proposal = "proposal",
    /// 31(1).
    Litigation = "litigation",
    /// 31(2).
    Arbitration = "arbitration",
    /// 31(3), ours.
    PartyAppeal = "party_appeal",
    /// 31(4), ours.
    Administrative = "administrative",
    /// 31(5), ours.
    StatutoryDuty = "statutory_duty",
    /// 31(6), ours.
    Petition = "petition",
    /// Ours, the route not yet told (Art. 23(1)).
    OwnPower = "own_power",
    /// A lower body's (Art. 23(1)).
    LowerBody = "lower_body",
    /// Another body's (Art. 23(1)).
    AnotherBody = "another_body",
    /// Several bodies agree on who takes it (Art. 24(1)).
    Several = "several",
    /// Told in writing within the limit (Art. 23(2)).
    Unclear = "unclear",
    /// Answered at the desk (Art. 23(2)).
    AnsweredAtOnce = "answered_at_once",
    /// Both want mediation (Art. 33; 人民调解法 17).
    Mediation = "mediation",
    /// The district's centre forwards to a body of its own level (Art. 22(1), item 1).
    DistrictOwnLevel = "district_own_level",
    /// The district's centre forwards to a body below (Art. 22(1), item 2).
    DistrictBelow = "district_below",
    /// The district's centre asks for a report (Art. 22(1), item 3).
    DistrictReport = "district_report",
    /// The district's centre names the body elsewhere (Art. 20(1)).
    DistrictElsewhere = "district_elsewhere",
    /// The district's centre has not yet found the body (Art. 22(1)).
    DistrictUnclear = "district_unclear",
}

/// Whether people's mediation can settle it, and whether the parties want that (人民调解法 3, 17: voluntary).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MediationWish {
    /// Not a dispute that can be mediated, or a party has refused.
    #[default]
    NotPossible,
    /// It can be; nobody has asked yet. It is offered.
    Possible,
    /// The visitor wants it.
    Wanted,
}

/// What was decided about the same matter before. It labels the matter, and is never a ground not to register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Earlier {
    /// A body below has it in hand within its limit (Art. 19(3)).
    InHandBelow,
    /// A 复核 opinion was given on the same facts and reasons (Art. 36(3)).
    Reexamined,
}

/// What routing needs to know. A field left out of JSON takes its default: an appeal about which nothing is clear yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export)]
#[allow(clippy::struct_excessive_bools, reason = "each is one question of the desk, answered apart from the others")]
pub struct Question {
    /// How the matter reached the desk: some rules are about who comes in person only (Art. 20, 22(2)).
    pub way: Way,
    /// The class.
    pub class: Class,
    /// The route, for appeals.
    pub route: Option<Route>,
    /// The kind of procedure within the route, by the id of its door; `None` offers all doors of the route.
    pub door: Option<String>,
    /// Who has the power.
    pub competent: Competent,
    /// It is about remedies of litigation (Art. 20(2), 28(2)).
    pub litigation_rights: bool,
    /// It can be answered at the desk now (Art. 23(2)).
    pub answerable: bool,
    /// A report on the result is asked from the lower body (交办 instead of 转送).
    pub report_back: bool,
    /// Whether mediation is possible and wanted.
    pub mediation: MediationWish,
    /// 重大、紧急 (Art. 25). About the matter.
    pub urgent: bool,
    /// The visitor asked for 保密.
    pub confidential: bool,
    /// Name and address are both known; C1 does not run before (Art. 23(2)).
    pub reachable: bool,
    /// What was decided about the same matter before.
    pub earlier: Option<Earlier>,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            way: Way::Visit,
            class: Class::Appeal,
            route: None,
            door: None,
            competent: Competent::Unknown,
            litigation_rights: false,
            answerable: false,
            report_back: false,
            mediation: MediationWish::NotPossible,
            urgent: false,
            confidential: false,
            reachable: true,
            earlier: None,
        }
    }
}

/// An outcome that the clerk can decide for, and what is asked with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Choice {
    /// The outcome.
    pub outcome: Outcome,
    /// Its paper names a body, which is asked for (Art. 23(1)).
    pub asks_body: bool,
    /// Its paper goes out under a named approver only, who is asked for (Art. 19(3), 34, 36(3)).
    pub asks_approver: bool,
    /// This office issues its paper.
    pub ours: bool,
}

/// What the desk is advised to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
#[allow(clippy::struct_excessive_bools, reason = "each is one line of the advice, true apart from the others")]
pub struct Advice {
    /// The outcome.
    pub outcome: Outcome,
    /// The rule it follows.
    pub rule: Rule,
    /// That rule's article.
    pub article: String,
    /// Why, in one sentence that the clerk can say.
    pub because: String,
    /// The paper that tells the visitor.
    pub paper: Paper,
    /// The other papers that are due now.
    pub also: Vec<Paper>,
    /// The paper goes out only under a named approver.
    pub needs_approver: bool,
    /// The clocks that start: C1 or C1′ with the registration, C4 with the acceptance.
    pub clocks: Vec<ClockCode>,
    /// C1 does not run yet, because name or address is unclear (Art. 23(2)).
    pub suspended: bool,
    /// A denunciation, or 保密 asked for: kept from everybody but its named readers (Art. 30(3)).
    pub sealed: bool,
    /// Mediation is offered besides, free of charge (人民调解法 4).
    pub mediation_offered: bool,
    /// Other doors with their limits, for the guidance sheet. They stand whatever the outcome, so that no right is lost.
    pub doors: Vec<Door>,
    /// What the sheet says under the doors. Empty where there are none.
    pub caution: String,
    /// Every outcome, for the clerk who decides otherwise.
    pub choices: Vec<Choice>,
}

/// Advises on one matter. `doors` is the list in force.
pub fn route(question: &Question, profile: &Profile, doors: &Doors) -> Advice {
    let (mut rule, mut outcome) = settled(question, profile).unwrap_or_else(|| by_class(question, profile.body));

    let decided = matches!(rule, Rule::InHandBelow | Rule::Reexamined | Rule::ReexaminedElsewhere);
    let ours = question.competent == Competent::Own && outcome != Outcome::Guided;
    if question.answerable && ours && !decided && question.class != Class::Denunciation {
        (rule, outcome) = (Rule::AnsweredAtOnce, Outcome::AnsweredAtOnce);
    }
    let grounds = grounds(question, rule, outcome);
    let dispute = question.class == Class::Appeal && !question.litigation_rights;
    let mediable = dispute && !decided && outcome != Outcome::AnsweredAtOnce;
    let mediated = mediable && question.mediation == MediationWish::Wanted;
    let mediation_offered = mediable && question.mediation == MediationWish::Possible;
    let mut open = doors_of(question, &grounds, doors);
    // Other doors stay open while a matter is ours or is mediated, and their limits run: the sheet is handed over too.
    let sheet = !open.is_empty();
    if mediated {
        open.extend(doors.of(Ground::Mediation).cloned());
        // Beside what the office owes anyway, whose clock runs on; instead of it only where nothing of it is the office's.
        if !matches!(outcome, Outcome::Accepted | Outcome::Received | Outcome::Forwarded | Outcome::Assigned) {
            (rule, outcome) = (Rule::Mediation, Outcome::Mediation);
        }
    }

    let paper = outcome.paper();
    // Every visit has its slip and its form (Art. 19(1), 23(1)).
    let mut also: Vec<Paper> =
        [Paper::Slip, Paper::RegistrationForm].into_iter().filter(|other| *other != paper).collect();
    if sheet && paper != Paper::GuidanceSheet {
        also.push(Paper::GuidanceSheet);
    }
    if mediated {
        also.push(Paper::MediationApplication);
    }
    if mediation_offered || (mediated && paper != Paper::MediationRights) {
        also.push(Paper::MediationRights);
    }
    if question.urgent {
        also.push(Paper::UrgentReport);
    }

    let mut clocks = vec![first_answer(profile.body)];
    if outcome == Outcome::Accepted {
        clocks.push(ClockCode::C4);
    }

    Advice {
        outcome,
        rule,
        article: rule.article().to_owned(),
        because: rule.label().to_owned(),
        paper,
        also,
        needs_approver: paper.needs_approver(),
        suspended: !question.reachable && clocks.contains(&ClockCode::C1),
        clocks,
        sealed: question.class == Class::Denunciation || question.confidential,
        mediation_offered,
        caution: if open.is_empty() { String::new() } else { doors.caution.clone() },
        doors: open,
        choices: Outcome::ALL.iter().map(|outcome| choice(*outcome, profile)).collect(),
    }
}

fn choice(outcome: Outcome, profile: &Profile) -> Choice {
    let paper = outcome.paper();
    Choice {
        outcome,
        asks_body: outcome.names_a_body(),
        asks_approver: paper.needs_approver(),
        ours: profile.may_issue(paper),
    }
}

/// Art. 19(3) and 36(3): a superior's decisions, only where the profile lets this office issue their papers.
fn settled(question: &Question, profile: &Profile) -> Option<(Rule, Outcome)> {
    if question.class == Class::Denunciation {
        return None;
    }
    match question.earlier? {
        Earlier::InHandBelow if profile.may_issue(Paper::NotAcceptedNotice) => {
            Some((Rule::InHandBelow, Outcome::NotAccepted))
        }
        // Never a ground for the office below: it registers and goes on as with any matter.
        Earlier::InHandBelow => None,
        Earlier::Reexamined if profile.may_issue(Paper::NoLongerAcceptedNotice) => {
            Some((Rule::Reexamined, Outcome::NoLongerAccepted))
        }
        Earlier::Reexamined => Some((Rule::ReexaminedElsewhere, Outcome::ToldLater)),
    }
}

fn by_class(question: &Question, body: BodyKind) -> (Rule, Outcome) {
    if question.class == Class::Denunciation {
        return denunciation(question, body);
    }
    if question.litigation_rights {
        // Who comes in person is told whom to go to; a letter is sent on (Art. 22(2)).
        if body == BodyKind::DistrictCentre && !question.way.in_person() {
            return (Rule::LitigationRightsForwarded, Outcome::Forwarded);
        }
        return (Rule::LitigationRights, Outcome::Guided);
    }
    let route = question.route.filter(|_| question.class == Class::Appeal);
    match route {
        // No office of this kind has these powers, whoever is named as competent.
        Some(Route::Litigation) => return (Rule::Litigation, Outcome::Guided),
        Some(Route::Arbitration) => return (Rule::Arbitration, Outcome::Guided),
        _ => {}
    }
    let own = match (question.class, route) {
        (Class::Proposal, _) => (Rule::Proposal, Outcome::Received),
        (_, Some(Route::PartyAppeal)) => (Rule::PartyAppeal, Outcome::Received),
        (_, Some(Route::Administrative)) => (Rule::Administrative, Outcome::Received),
        (_, Some(Route::StatutoryDuty)) => (Rule::StatutoryDuty, Outcome::Received),
        (_, Some(Route::Petition)) => (Rule::Petition, Outcome::Accepted),
        _ => (Rule::OwnPower, Outcome::Received),
    };
    by_body(question, body, own)
}

/// Art. 30: the discipline organs or the body that has the power.
fn denunciation(question: &Question, body: BodyKind) -> (Rule, Outcome) {
    match (body, question.competent) {
        // What is the discipline organs' goes to them; until it is clear whose it is, they are the ones to tell.
        (BodyKind::DistrictCentre, Competent::AnotherBody | Competent::Unknown) => {
            (Rule::DenunciationForwarded, Outcome::Forwarded)
        }
        (BodyKind::StreetDesk, Competent::AnotherBody) => (Rule::DenunciationElsewhere, Outcome::Guided),
        _ => by_body(question, body, (Rule::DenunciationOwn, Outcome::Received)),
    }
}

/// Art. 23(1) at a street desk, Art. 22(1) at the district's centre, Art. 24(1) at both.
fn by_body(question: &Question, body: BodyKind, own: (Rule, Outcome)) -> (Rule, Outcome) {
    let sent = if question.report_back { Outcome::Assigned } else { Outcome::Forwarded };
    match (body, question.competent) {
        (_, Competent::Several) => (Rule::Several, Outcome::ToldLater),
        (BodyKind::StreetDesk, Competent::Own) => own,
        (BodyKind::StreetDesk, Competent::AnotherBody) => (Rule::AnotherBody, Outcome::Guided),
        (BodyKind::StreetDesk, Competent::LowerBody) => (Rule::LowerBody, sent),
        (BodyKind::StreetDesk, Competent::Unknown) => (Rule::Unclear, Outcome::ToldLater),
        (BodyKind::DistrictCentre, Competent::Own | Competent::LowerBody) if question.report_back => {
            (Rule::DistrictReport, sent)
        }
        (BodyKind::DistrictCentre, Competent::Own) => (Rule::DistrictOwnLevel, sent),
        (BodyKind::DistrictCentre, Competent::LowerBody) => (Rule::DistrictBelow, sent),
        (BodyKind::DistrictCentre, Competent::AnotherBody) => (Rule::DistrictElsewhere, Outcome::Guided),
        (BodyKind::DistrictCentre, Competent::Unknown) => (Rule::DistrictUnclear, Outcome::ToldLater),
    }
}

/// For which grounds doors are shown.
fn grounds(question: &Question, rule: Rule, outcome: Outcome) -> Vec<Ground> {
    let by_rule = match rule {
        Rule::LitigationRights | Rule::LitigationRightsForwarded => Some(Ground::LitigationRights),
        Rule::DenunciationElsewhere => Some(Ground::Denunciation),
        _ => None,
    };
    let by_route = question.route.filter(|_| question.class == Class::Appeal).and_then(|route| match route {
        Route::Litigation => Some(Ground::Litigation),
        Route::Arbitration => Some(Ground::Arbitration),
        Route::PartyAppeal => Some(Ground::PartyAppeal),
        Route::Administrative => Some(Ground::Administrative),
        Route::StatutoryDuty => Some(Ground::StatutoryDuty),
        Route::Petition => None,
    });
    let grounds: Vec<Ground> = by_rule.into_iter().chain(by_route).collect();
    // Told to go elsewhere, and no procedure is known: the body that has the power.
    if grounds.is_empty() && outcome == Outcome::Guided { vec![Ground::OtherBody] } else { grounds }
}

/// The chosen door and those that its law names, or all doors of the grounds.
fn doors_of(question: &Question, grounds: &[Ground], doors: &Doors) -> Vec<Door> {
    let mut open: Vec<&Door> = Vec::new();
    let chosen = question.door.as_deref().and_then(|id| doors.get(id));
    let chosen = chosen.filter(|door| door.grounds.iter().any(|ground| grounds.contains(ground)));
    let first = chosen.and_then(|door| door.first.as_deref()).and_then(|id| doors.get(id));
    let narrowed: Vec<&Door> = chosen.into_iter().chain(first).collect();
    for ground in grounds {
        // The choice narrows the grounds that it belongs to; the others keep all their doors.
        let here: Vec<&Door> = match chosen {
            Some(door) if door.grounds.contains(ground) => narrowed.clone(),
            _ => doors.of(*ground).collect(),
        };
        for door in here {
            if !open.iter().any(|other| other.id == door.id) {
                open.push(door);
            }
        }
    }
    open.into_iter().cloned().collect()
}

#[cfg(test)]
#[path = "routing_tests.rs"]
mod tests;
