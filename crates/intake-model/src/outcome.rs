//! What a visit can lead to at the desk, and the papers of the desk (《信访工作条例》 Art. 22 to 25, 34, 36).
//!
//! Each outcome has the paper that tells the visitor, by an exhaustive match: a new outcome without one does not compile.
//!
//! Deliberately absent: when an outcome is right. That is [`crate::route`]'s advice and the clerk's decision.

use crate::words::words;

words! {
    /// What the visit led to. Every visit is registered first, whatever this says (Art. 23(1)).
    Outcome, "outcomes":
    /// 限期告知: registered; what happens next is told in writing within clock C1.
    ToldLater = "told_later",
    /// 当场答复: answered at the desk.
    AnsweredAtOnce = "answered_at_once",
    /// 接收: ours, handled by a procedure of its own.
    Received = "received",
    /// 受理: ours, a 31(6) matter with the clock of 60 days.
    Accepted = "accepted",
    /// 转送: sent to the body below that has the power.
    Forwarded = "forwarded",
    /// 交办: sent to the body below, with a report asked back.
    Assigned = "assigned",
    /// 引导: told whom to go to, with that door's own limits.
    Guided = "guided",
    /// 调解: both may settle it before the mediation committee.
    Mediation = "mediation",
    /// 不予受理: a superior's decision (Art. 19(3)).
    NotAccepted = "not_accepted",
    /// 不再受理: after a 复核 opinion (Art. 36(3)).
    NoLongerAccepted = "no_longer_accepted",
}

words! {
    /// Every paper of the desk.
    Paper, "papers":
    /// 来访登记回执.
    Slip = "slip",
    /// 来访登记表.
    RegistrationForm = "registration_form",
    /// 接收/受理告知书.
    AcceptanceNotice = "acceptance_notice",
    /// 转送/交办告知书.
    ForwardingNotice = "forwarding_notice",
    /// 引导告知书.
    GuidanceSheet = "guidance_sheet",
    /// 不予受理告知书.
    NotAcceptedNotice = "not_accepted_notice",
    /// 不再受理告知书.
    NoLongerAcceptedNotice = "no_longer_accepted_notice",
    /// 延期告知书.
    ExtensionNotice = "extension_notice",
    /// 重大紧急情况报告单, about the matter.
    UrgentReport = "urgent_report",
    /// 人民调解权利义务告知书.
    MediationRights = "mediation_rights",
    /// 个人信息处理告知.
    PrivacyNotice = "privacy_notice",
    /// 内部交办单.
    InternalAssignment = "internal_assignment",
    /// 补充材料告知书.
    SupplementNotice = "supplement_notice",
    /// 送达回证.
    ServiceRecord = "service_record",
    /// 人民调解申请书.
    MediationApplication = "mediation_application",
    /// 人民调解受理登记表.
    MediationRegister = "mediation_register",
    /// 授权委托书, blank.
    Authorisation = "authorisation",
    /// 日结单.
    ClosingSheet = "closing_sheet",
    /// 当日汇总.
    DayReport = "day_report",
}

impl Outcome {
    /// The paper that tells the visitor.
    pub const fn paper(self) -> Paper {
        // No `_` here: whoever adds an outcome says which paper it has.
        match self {
            Self::ToldLater | Self::AnsweredAtOnce => Paper::Slip,
            Self::Received | Self::Accepted => Paper::AcceptanceNotice,
            Self::Forwarded | Self::Assigned => Paper::ForwardingNotice,
            Self::Guided => Paper::GuidanceSheet,
            Self::Mediation => Paper::MediationRights,
            Self::NotAccepted => Paper::NotAcceptedNotice,
            Self::NoLongerAccepted => Paper::NoLongerAcceptedNotice,
        }
    }

    /// Whether its paper names a body: where the matter went, or whom the visitor is told to go to (Art. 23(1)).
    pub const fn names_a_body(self) -> bool {
        matches!(self, Self::Forwarded | Self::Assigned | Self::Guided)
    }
}

impl Paper {
    /// What the law itself asks the desk to be able to give (Art. 22, 23, 34): no profile can leave it out.
    pub const OWED: [Self; 6] = [
        Self::Slip,
        Self::RegistrationForm,
        Self::AcceptanceNotice,
        Self::ForwardingNotice,
        Self::GuidanceSheet,
        Self::ExtensionNotice,
    ];

    /// Whether it goes out only under a named approver and the time of the approval (Art. 19(3), 34, 36(3)).
    pub const fn needs_approver(self) -> bool {
        matches!(self, Self::NotAcceptedNotice | Self::NoLongerAcceptedNotice | Self::ExtensionNotice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_the_paper_that_domain_names() {
        let expect = [
            (Outcome::ToldLater, Paper::Slip, "第二十三条第二款"),
            (Outcome::AnsweredAtOnce, Paper::Slip, "第二十三条第二款"),
            (Outcome::Received, Paper::AcceptanceNotice, "第二十三条第一款"),
            (Outcome::Accepted, Paper::AcceptanceNotice, "第三十一条第六项"),
            (Outcome::Forwarded, Paper::ForwardingNotice, "第二十三条第一款"),
            (Outcome::Assigned, Paper::ForwardingNotice, "第二十三条第一款"),
            (Outcome::Guided, Paper::GuidanceSheet, "第二十三条第一款"),
            (Outcome::Mediation, Paper::MediationRights, "第三十三条"),
            (Outcome::NotAccepted, Paper::NotAcceptedNotice, "第十九条第三款"),
            (Outcome::NoLongerAccepted, Paper::NoLongerAcceptedNotice, "第三十六条第三款"),
        ];
        assert_eq!(expect.map(|(outcome, ..)| outcome), Outcome::ALL);
        for (outcome, paper, article) in expect {
            assert_eq!(outcome.paper(), paper);
            assert!(outcome.article().contains(article), "{outcome:?}: {}", outcome.article());
        }
    }

    #[test]
    fn a_refusal_and_an_extension_name_who_approved_them() {
        let approved: Vec<_> = Paper::ALL.iter().filter(|paper| paper.needs_approver()).collect();
        let expect = [Paper::NotAcceptedNotice, Paper::NoLongerAcceptedNotice, Paper::ExtensionNotice];
        assert_eq!(approved, expect.iter().collect::<Vec<_>>());
    }
}
