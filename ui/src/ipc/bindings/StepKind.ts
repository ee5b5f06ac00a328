export type StepKind = "accepted" | "handed_over" | "replied" | "closed";
