export type ReplyWay = "written" | "spoken" | "phone" | "online";
