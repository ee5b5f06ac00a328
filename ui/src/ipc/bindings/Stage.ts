export type Stage = "registered" | "accepted" | "in_hand" | "replied" | "closed" | "void";
