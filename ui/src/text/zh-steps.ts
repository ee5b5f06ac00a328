/** Words around the centre's own steps with a matter, its clocks, what the district gave back, and what the office owes. */
import type { StepField } from "../features/steps/work";
import type { StepKind } from "../ipc/bindings/StepKind";
import { rules } from "./rules";

/** What a step's day is called, by the step. */
const days: Record<StepKind, string> = {
  accepted: "受理日期",
  handed_over: "交办日期",
  replied: "答复日期",
  closed: "办结日期",
  objected: "提出异议日期",
};

const fields: Record<StepField, string> = {
  on: "日期",
  section: "承办科室",
  person: "承办人",
  due: "要求几号前回复",
  way: "答复方式",
  answer: "答复了什么",
  by: "答复人",
  received_on: "来访人收到的日期",
  ending: "办结方式",
  note: "备注",
};

const optional = "可以不填";
const hints: Partial<Record<StepField, string>> = {
  on: "例如 20261125",
  person: optional,
  due: optional,
  by: optional,
  received_on: "知道了再填；书面答复从这天起三十日内可以请求复查",
  note: optional,
};

/** What the district's word is about, by the kind of the entry. */
const kinds: Record<string, string> = {
  registered: "登记",
  corrected: "更正",
  voided: "作废",
  slip_issued: "回执",
  document_issued: "出具文书",
  document_reprinted: "补打文书",
  document_voided: "文书作废",
  document_delivered: "送达",
  delivered_for: "代外窗口送达",
  attachment_added: "添加附件",
  attachment_removed: "移除附件",
  accepted: rules.steps.accepted.label,
  handed_over: rules.steps.handed_over.label,
  replied: rules.steps.replied.label,
  closed: rules.steps.closed.label,
  objected: rules.steps.objected.label,
  step_withdrawn: "撤销步骤",
};

export const steps = {
  title: "办理",
  none: "还没有记下办理步骤。",
  next: "下一步",
  take: (step: string) => `记${step}`,
  label: (kind: StepKind, field: StepField) => (field === "on" ? days[kind] : fields[field]),
  hint: (field: StepField) => hints[field],
  noteNeeded: "写明怎么结的",
  groundNeeded: "写明为什么不属于本单位，向区里说明理由",
  dayUnclear: "不是日期，请写成 2026-11-25。",
  noEnding: "请选择",
  confirm: (step: string) => `记下${step}`,
  cancel: "不记",
  list: "已记下的步骤",
  written: (at: string, clerk: number) => `${at} 记　${clerk} 号登记员`,
  due: (day: string) => `要求 ${day} 前回复`,
  by: (name: string) => `答复人：${name}`,
  received: (day: string) => `${day} 收到`,
  untold: "内容只给指定的人看",
  withdraw: "撤销",
  withdrawn: (at: string) => `${at} 已撤销`,
  withdrawing: (step: string, on: string) => `撤销 ${on} ${step}　原因`,
  withdrawNote: "这一步和原因都留着，期限照其余的步骤重新算。",
  withdrawReasons: ["记错了", "日期不对", "记到别的事上了"],
  reasonNeeded: "请写明原因。",
  withdrawConfirm: "确认撤销",
  withdrawCancel: "不撤销",
  clocks: "期限",
  left: (days: number) => (days > 0 ? `还有 ${days} 天` : days === 0 ? "就是今天" : `已超过 ${-days} 天`),
  owes: (what: string, day: string, left: string) => `${what}：最迟 ${day}，${left}`,
  owesUntold: (what: string) => `${what}：还没有那一年的放假安排，算不出日期`,
  right: (what: string, day: string) => `${what}：到 ${day} 止`,
  stopped: (what: string, on: string) => `${what}：${on} 已完成`,
  rolled: (day: string) => `（当天不上班，下一个工作日是 ${day}）`,
  stillOwed: (what: string, day: string) => `还欠“${what}”（最迟 ${day}）。该书面告知的，请先出具告知书再办结。`,
  returned: "区里退回的记录",
  returnedAs: {
    set_aside: (kind: string, at: string, place: string) => `${at} 的“${kind}”（记录 ${place}）退回待处理`,
    waiting: (kind: string, at: string, other: number) =>
      other > 0
        ? `${at} 的“${kind}”在等第 ${other} 条记录，那条办好后自动处理。`
        : `${at} 的“${kind}”区里已经收到，在等出具文书的窗口上报，那边报上去后自动处理。`,
    superseded: (kind: string, at: string, other: number) => `${at} 的“${kind}”已由第 ${other} 条更正代替，不用再管。`,
  },
  kind: (kind: string) => kinds[kind] ?? "其他记录",
  toDo: {
    correct: "请更正这件登记：更正带着全部内容，报上去后退回的这条由它代替，等着的也会跟着办好。",
    again: "请撤销这一步，再重新记一次。",
    wait: "记录已经存在区里，不会丢。请把记录号告诉区级管理员。",
  },
  owed: {
    open: "期限",
    title: "本单位的期限",
    note: "这里列的是本单位要做的事，最近的在前。来访人没有期限。",
    back: "返回今日",
    backToList: "返回期限",
    none: "现在没有在走的期限。",
    keys: "↑ ↓ 选择，回车打开，Esc 返回",
    columns: { number: "登记号", title: "事项", what: "要做的事", day: "最迟", left: "还有几天", article: "依据" },
    untold: "算不出",
    own: "本中心自定",
  },
};
