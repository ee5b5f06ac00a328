export type ReturnedState = "set_aside" | "waiting" | "superseded";
