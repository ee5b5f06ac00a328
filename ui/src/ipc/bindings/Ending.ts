export type Ending = "answered" | "agreement" | "no_agreement" | "forwarded" | "guided" | "withdrawn" | "not_accepted" | "other";
