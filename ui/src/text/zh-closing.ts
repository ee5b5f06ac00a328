/** Words around the close of a day. */
import type { NumberRange } from "../ipc/bindings/NumberRange";

/** `2026-11-24` as people say it. */
function dayName(day: string) {
  const [, month, date] = day.split("-").map(Number);
  return `${month}月${date}日`;
}

export const closing = {
  closing: {
    title: (day: string, isToday: boolean) => (isToday ? `收工　${dayName(day)}` : `补收工　${dayName(day)}`),
    other: { today: "回到今天", earlier: (day: string) => `先收 ${dayName(day)} 的工` },
    intro: "逐项看一遍，处理好再按收工。收工以后来人照常登记。",
    keys: "↑ ↓ 选择　Enter 去处理　Ctrl+Enter 收工　Esc 回到登记",
    states: {
      open: "未收工",
      reopened: (since: number) => `收工后又登记 ${since} 件`,
      closed: "已收工，区级尚未确认",
      confirmed: "已收工，区级已确认",
    },
    sections: {
      drafts: "没登记完的",
      notices: "书面告知和送达",
      voids: "作废的号",
      prints: "打印",
      unsent: "上报",
      numbers: "回执和登记核对",
    },
    draftsNone: "没有",
    draftsToDo: (count: number) => `${count} 份要处理`,
    draftsSettled: (count: number) => `${count} 份收工时丢弃`,
    others: (count: number) => `其他登记员还有 ${count} 份，由本人处理，会写在日结单上。`,
    noticesNone: "都已送达",
    noticesOpen: (count: number) => `${count} 份还没有送达，会写在日结单上`,
    undelivered: (day: string) => `${dayName(day)}出的，还没有记送达`,
    unanswered: (day: string) => `最迟 ${dayName(day)} 书面告知，还没有出告知书`,
    voidsNone: "没有",
    voids: (count: number) => `${count} 个`,
    printsNone: "都打完了",
    printsOpen: (count: number) => `${count} 份还没有打完`,
    notEnrolled: "未接入区级，收工只在本机。",
    allSent: "全部已上报",
    unsent: (entries: number) => `还有 ${entries} 条，收工时自动上报`,
    offline: (entries: number) => `网络未连接，${entries} 条留到连上再报；可以照常收工`,
    unsentAfter: (entries: number) => `还有 ${entries} 条没有上报，连上以后按 F4 上报`,
    files: (count: number) => `还有 ${count} 个附件没有传到区级，都在本机，不影响收工`,
    setAside: (count: number) => `区级退回 ${count} 条，要处理`,
    noNumbers: "这一天没有登记",
    fits: "对得上",
    differs: (count: number) => `${count} 个号对不上，处理好才能收工`,
    range: (from: string, to: string) => (from === to ? from : `${from} 至 ${to}`),
    adds: ({ kept, slips, void: voids, imported }: NumberRange) => {
      const parts = [`已出回执 ${slips}`, voids ? `作废 ${voids}` : "", imported ? `台账导入 ${imported}` : ""].filter(Boolean);
      const lacking = kept - slips - voids - imported;
      return lacking === 0 ? `登记 ${kept} = ${parts.join(" + ")}` : `登记 ${kept}，${parts.join("，")}，差 ${Math.abs(lacking)}`;
    },
    confirmed: (count: number) => `区级已确认 ${count}`,
    register: "接着登记",
    discard: "丢弃",
    discarding: (reason: string) => `收工时丢弃：${reason}`,
    keep: "不丢弃",
    reason: "为什么丢弃（只记份数，不留内容）",
    look: "去看",
    close: "收工",
    closeAgain: "再收一次工",
    closeUnsent: "收工时先上报，再打日结单，最后自动备份。",
    closing: "正在收工…",
    done: (at: string, clerk: number) => `${at} 收工（工号 ${clerk}）`,
    times: (count: number) => `第 ${count} 次收工`,
    head: "校验码",
    waits: "区级还没有全部确认。连上以后上报一次就会确认，不用再收一次工。",
    waitsUnenrolled: "接入区级、上报以后就会确认，不用再收一次工。",
    again: "收工后又有登记，请再收一次工；前一张日结单留着。",
    sheet: "日结单",
    sheetPrinting: "日结单已排上打印。",
    sheetPrinted: "日结单已打出。",
    sheetSaved: (file: string) => `没有打印机，日结单已存PDF：${file}`,
    sheetAgain: "补打日结单",
    sheetConfirmed: "补打确认后的日结单",
    sheetCopies: (copies: number) => `已出 ${copies} 份`,
    backedUp: (at: string) => `已自动备份（${at}）`,
    notBackedUp: "这次收工还没有备份",
    backupNow: "再备份一次",
    preview: "日结单预览",
    picture: (page: number, pages: number) => `日结单第 ${page} 页，共 ${pages} 页`,
    leftOpen: (day: string, registered: number) => `${dayName(day)}没有收工，那天登记了 ${registered} 件。`,
    leftReopened: (day: string, since: number) => `${dayName(day)}收工后又登记 ${since} 件，还没有再收一次工。`,
    goClose: "去收工",
  },
  closeFirst: {
    title: "今天还没有收工",
    text: "今天登记的还没有核对，日结单也没有打。可以先去收工；现在关闭也行，明天开机会再提醒。",
    stay: "去收工",
    leave: "不收工，关闭",
  },
};
