import { beforeEach, expect, it, vi } from "vitest";

import { leaveForm, workOf } from "../features/intake/work";
import { begin, voiding } from "../features/papers/work";
import type { DeskState } from "../ipc/bindings/DeskState";
import { ipc } from "../ipc/call";
import { askedToClose, closeWindow, closing, goOn, goToDay, reminding } from "./close";
import { shell } from "./desk";

const desk = (phase: DeskState["phase"]) => ({ phase, clerk: { id: 2, name: "王芳", role: "clerk" } }) as DeskState;
const close = vi.spyOn(ipc, "closeWindow");
const stay = vi.spyOn(ipc, "stayOpen");
const save = vi.spyOn(ipc, "saveDraft");
const diskFull = { code: "disk_full", params: {}, field: null, ref: "9c02" };

beforeEach(() => {
  close.mockReset().mockResolvedValue();
  stay.mockReset().mockResolvedValue();
  save.mockReset().mockResolvedValue("d1");
  closing.value = false;
  shell.desk = desk("signed_in");
  leaveForm(workOf(2));
});

it("closes at once when nothing is begun", async () => {
  await askedToClose();
  expect(close).toHaveBeenCalledOnce();
  expect(save).not.toHaveBeenCalled();
  expect(closing.value).toBe(false);
});

it("keeps what was typed last and closes without asking", async () => {
  workOf(2).draft.demand = "路灯坏了半年，要求修复。";
  await askedToClose();
  expect(save).toHaveBeenCalledOnce();
  expect(close).toHaveBeenCalledOnce();
  expect(closing.value).toBe(false);
});

it("asks before it loses what the disk does not take, and does what the clerk answers", async () => {
  save.mockRejectedValue(diskFull);
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

it("asks while the desk is locked too, where something was not kept before", async () => {
  workOf(2).draft.demand = "路灯坏了半年，要求修复。";
  shell.desk = { ...desk("locked"), clerk: null };
  await askedToClose();
  expect(save).not.toHaveBeenCalled();
  expect(close).not.toHaveBeenCalled();
  expect(closing.value).toBe(true);
});

it("tells the shell at each wish to close that the page is alive", async () => {
  save.mockRejectedValue(diskFull);
  workOf(2).draft.demand = "路灯坏了半年，要求修复。";
  await askedToClose();
  await askedToClose();
  expect(stay).toHaveBeenCalledTimes(2);
  expect(close).not.toHaveBeenCalled();
  expect(closing.value).toBe(true);
});

it("says once that the day is not closed, and then stands in nobody's way", async () => {
  shell.desk = { ...desk("signed_in"), day_due: true };
  await askedToClose();
  expect(reminding.value).toBe(true);
  expect(close).not.toHaveBeenCalled();
  goToDay();
  expect(reminding.value).toBe(false);
  expect(workOf(2).page).toBe("closing");
  await askedToClose();
  expect(close).toHaveBeenCalledOnce();
});

it("reminds nobody who is not at work", async () => {
  shell.desk = { ...desk("locked"), clerk: null, day_due: true };
  await askedToClose();
  expect(close).toHaveBeenCalledOnce();
});

it("asks before it loses what is typed on a paper, which is on no disk", async () => {
  const form = voiding("新立访接〔2026〕01A-1号");
  workOf(2).papers.set("A", begin(form));
  await askedToClose();
  expect(close).toHaveBeenCalledOnce();
  close.mockClear();
  const typed = workOf(2).papers.get("A")?.form;
  if (typed?.does === "void") typed.reason = "打坏了";
  await askedToClose();
  expect(closing.value).toBe(true);
  expect(close).not.toHaveBeenCalled();
  workOf(2).papers.clear();
});
