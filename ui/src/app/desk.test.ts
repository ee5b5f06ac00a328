import { beforeEach, expect, it, vi } from "vitest";

import type { DeskState } from "../ipc/bindings/DeskState";
import { ipc } from "../ipc/call";
import { noticeLock, shell } from "./desk";

const refused = { code: "desk_locked", params: {}, field: null, ref: "" } as const;
const desk = (phase: DeskState["phase"]) => ({ phase, clerk: { id: 2, name: "王芳", role: "clerk" } }) as DeskState;

beforeEach(() => {
  shell.wasLocked = false;
  vi.spyOn(ipc, "deskState").mockResolvedValue(desk("locked"));
});

it("a command refused under a signed-in clerk is a lock, and the clerk is remembered", () => {
  shell.desk = desk("signed_in");
  noticeLock(refused);
  expect(shell.wasLocked).toBe(true);
  expect(shell.lastClerk).toBe(2);
});

it("a command refused after signing out is no lock", () => {
  shell.desk = desk("locked");
  noticeLock(refused);
  expect(shell.wasLocked).toBe(false);
});
