/**
 * The clerk's answers about where a matter goes, and the decision beside the advice. Which outcome is right is the desk's to
 * say; here is only which questions make sense together, and whether a decision is the advised one.
 */
import type { Advice } from "../../ipc/bindings/Advice";
import type { Decision } from "../../ipc/bindings/Decision";
import type { Outcome } from "../../ipc/bindings/Outcome";
import type { Question } from "../../ipc/bindings/Question";

/** An appeal about which nothing is clear yet, as the desk itself begins. */
export const emptyQuestion = (): Question => ({
  way: "visit",
  class: "appeal",
  route: null,
  door: null,
  competent: "unknown",
  litigation_rights: false,
  answerable: false,
  report_back: false,
  mediation: "not_possible",
  urgent: false,
  confidential: false,
  reachable: true,
  earlier: null,
});

/** Which questions make sense beside the answers already given. */
export function asks(question: Question) {
  const appeal = question.class === "appeal";
  const denunciation = question.class === "denunciation";
  return {
    route: appeal,
    dispute: appeal,
    litigationRights: !denunciation,
    answerable: !denunciation && question.competent === "own",
    // At a street it is asked of a body below; at the district's centre also of its own level.
    reportBack: ["lower_body", "own"].includes(question.competent),
    mediation: appeal && !question.litigation_rights,
    earlier: !denunciation,
  };
}

/** The answers without those whose question no longer makes sense. */
export function applicable(question: Question): Question {
  const asked = asks(question);
  return {
    ...question,
    route: asked.route ? question.route : null,
    door: asked.route ? question.door : null,
    litigation_rights: asked.litigationRights && question.litigation_rights,
    answerable: asked.answerable && question.answerable,
    report_back: asked.reportBack && question.report_back,
    mediation: asked.mediation ? question.mediation : "not_possible",
    earlier: asked.earlier ? question.earlier : null,
  };
}

/**
 * Whether a decision reads as the advised one on the page. The desk compares again when it keeps it; what is said here only
 * decides whether a reason is asked: the same outcome, and no door that was not among the advised.
 */
export function follows(advice: Advice, { outcome, door }: Pick<Decision, "outcome" | "door">): boolean {
  return outcome === advice.outcome && (door === null || advice.doors.some((one) => one.id === door));
}

/** What was advised, as it was advised. A door is named where only one was left. */
export function asAdvised(advice: Advice, named: Named = NOBODY): Decision {
  const [only, ...others] = advice.outcome === "guided" ? advice.doors : [];
  const door = only && others.length === 0 ? only.id : null;
  return { outcome: advice.outcome, door, advised: true, because: "", ...namedFor(advice, advice.outcome, named) };
}

/** What the desk asks with an outcome. */
const asksWith = (advice: Advice, outcome: Outcome) => advice.choices.find((choice) => choice.outcome === outcome);
export const asksBody = (advice: Advice, outcome: Outcome) => asksWith(advice, outcome)?.asks_body ?? false;
export const asksApprover = (advice: Advice, outcome: Outcome) => asksWith(advice, outcome)?.asks_approver ?? false;

/** The clerk's own choice; a door belongs to being guided only. */
export function decided(
  advice: Advice,
  outcome: Outcome,
  door: string | null,
  because: string,
  named: Named = NOBODY,
): Decision {
  const choice = { outcome, door: outcome === "guided" ? door : null };
  return { ...choice, advised: follows(advice, choice), because, ...namedFor(advice, outcome, named) };
}

/** Whom a decision names: the body it goes to, and who approved its paper. */
export type Named = Pick<Decision, "to_body" | "approver">;
const NOBODY: Named = { to_body: "", approver: "" };

const namedFor = (advice: Advice, outcome: Outcome, { to_body, approver }: Named): Named => ({
  to_body: asksBody(advice, outcome) ? to_body : "",
  approver: asksApprover(advice, outcome) ? approver : "",
});
