import { beforeEach, expect, it, vi } from "vitest";

import { emptyDraft } from "../features/intake/draft";
import { workOf } from "../features/intake/work";
import type { DeskState } from "../ipc/bindings/DeskState";
import { ipc } from "../ipc/call";
import { askedToClose, closeWindow, closing, goOn } from "./close";
import { shell } from "./desk";

const desk = (phase: DeskState["phase"]) => ({ phase, clerk: { id: 2, name: "王芳", role: "clerk" } }) as DeskState;
const close = vi.spyOn(ipc, "closeWindow");
const stay = vi.spyOn(ipc, "stayOpen");

beforeEach(() => {
  close.mockReset().mockResolvedValue();
  stay.mockReset().mockResolvedValue();
  closing.value = false;
  shell.desk = desk("signed_in");
  workOf(2).draft = emptyDraft();
});

it("closes at once when nothing is unfinished", async () => {
  await askedToClose();
  expect(close).toHaveBeenCalledOnce();
  expect(closing.value).toBe(false);
});

it("asks while the desk is locked too: the draft is still there", async () => {
  workOf(2).draft.demand = "路灯坏了半年，要求修复。";
  shell.desk = desk("locked");
  await askedToClose();
  expect(close).not.toHaveBeenCalled();
  expect(closing.value).toBe(true);
});

it("asks before it loses a draft, and does what the clerk answers", async () => {
  workOf(2).draft.demand = "路灯坏了半年，要求修复。";
  await askedToClose();
  expect(closing.value).toBe(true);
  goOn();
  expect(closing.value).toBe(false);
  expect(close).not.toHaveBeenCalled();
  await askedToClose();
  await closeWindow();
  expect(close).toHaveBeenCalledOnce();
  expect(closing.value).toBe(false);
});

it("asks on at a second wish to close: the shell hears each time that the page is alive", async () => {
  workOf(2).draft.demand = "路灯坏了半年，要求修复。";
  await askedToClose();
  await askedToClose();
  expect(stay).toHaveBeenCalledTimes(2);
  expect(close).not.toHaveBeenCalled();
  expect(closing.value).toBe(true);
});
