//! A clerk's day, scripted, for what breaks a program from outside: `desk-day --home DIR --rounds 3 --seed 7`.
//!
//! Each line on standard output says what a person at the desk has just been shown, and is written at once: what stands
//! there must be in the desk afterwards, whatever happened. A step that the desk refuses is told with its code; with
//! `--patient` it waits for a line on standard input and tries the same step again.
//!
//! The script is the list [`STEPS`]: what a desk learns to do gets a line there.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use intake_app::{Desk, Error, Result};
use intake_model::{
    Code, Competent, DayDifference, Decision, Delivery, Difference, Outcome, Paper, Question, ReplyWay, Route,
    StepKind, StepTaken, Visit,
};
use testkit::desk::{CLERK_ID, PASSWORD, open};

#[derive(Parser)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
struct Arguments {
    /// The desk stands in `DIR/desk`, its PDF files in `DIR/pdf`.
    #[arg(long)]
    home: PathBuf,
    /// How often the script is played.
    #[arg(long, default_value_t = 1)]
    rounds: u32,
    /// Which visits.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Waits for a line after a refusal, and tries again.
    #[arg(long)]
    patient: bool,
    /// Says that the clock is right where the desk asks.
    #[arg(long)]
    clock_is_right: bool,
    /// Waits for a line after each step of this name.
    #[arg(long)]
    wait_after: Option<String>,
    /// Sends the print queue in the background, as the window's program does.
    #[arg(long)]
    prints: bool,
    /// Waits for a line before it signs in, and before each round.
    #[arg(long)]
    stepwise: bool,
}

/// One use case, as the clerk's keys call it.
type Step = fn(&mut Day) -> Result<()>;

/// The day's steps in order. Each is a use case of the desk as the window calls it.
const STEPS: &[(&str, Step)] = &[
    ("register", Day::register),
    ("slip", Day::slip),
    ("notice", Day::notice),
    ("deliver", Day::deliver),
    ("hand_over", Day::hand_over),
    ("take_back", Day::take_back),
    ("correct", Day::correct),
    ("pdf", Day::pdf),
    ("register", Day::register),
    ("slip", Day::slip),
    ("notice", Day::notice),
    ("spoil", Day::spoil),
    ("notice", Day::notice),
    ("reprint", Day::reprint),
    ("reply", Day::reply),
    ("progress", Day::progress),
    ("void", Day::void),
    ("advice", Day::advice),
    ("checkpoint", Day::checkpoint),
    ("register", Day::register),
    ("reopen", Day::reopen),
    ("slip", Day::slip),
    ("today", Day::today),
    ("close", Day::close),
];

struct Day {
    home: PathBuf,
    desk: Option<Desk>,
    runtime: tokio::runtime::Runtime,
    visits: Vec<Visit>,
    next: usize,
    number: String,
    document: String,
    step: String,
    clock_is_right: bool,
    prints: bool,
    printing: Option<tokio::task::JoinHandle<()>>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() else {
        return ExitCode::FAILURE;
    };
    let mut day = Day {
        home: arguments.home,
        desk: None,
        runtime,
        visits: visits(),
        next: usize::try_from(arguments.seed).unwrap_or(0),
        number: String::new(),
        document: String::new(),
        step: String::new(),
        clock_is_right: arguments.clock_is_right,
        prints: arguments.prints,
        printing: None,
    };
    let attempt = |day: &mut Day, name: &str, step: Step| {
        loop {
            let Err(error) = step(day) else { return true };
            say(&format!("refused {name} {:?}", error.code()));
            if !arguments.patient || !told_to_go_on() {
                return false;
            }
        }
    };
    if arguments.stepwise && !told_to_go_on() {
        return ExitCode::FAILURE;
    }
    if !attempt(&mut day, "open", Day::open) {
        return ExitCode::FAILURE;
    }
    for round in 0..arguments.rounds {
        if arguments.stepwise && round > 0 && !told_to_go_on() {
            return ExitCode::FAILURE;
        }
        for (name, step) in STEPS {
            let waits = arguments.wait_after.as_deref() == Some(*name);
            if !attempt(&mut day, name, *step) || (waits && !told_to_go_on()) {
                return ExitCode::FAILURE;
            }
        }
        say(&format!("round {round}"));
    }
    say("end");
    ExitCode::SUCCESS
}

fn visits() -> Vec<Visit> {
    let mut visits = testkit::visits::day();
    for visit in &mut visits {
        // What a check would warn of is passed: the script is about what is kept.
        visit.passed_because = "经核对确实如此".into();
        // And each is taken on, so that there is something to tell in writing.
        visit.routing =
            Some(Question { competent: Competent::Own, route: Some(Route::Petition), ..Question::default() });
        visit.decision = Some(Decision { outcome: Outcome::Accepted, advised: true, ..Decision::default() });
    }
    visits
}

/// One line, whole, and out before anything else is done.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn told_to_go_on() -> bool {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).is_ok_and(|read| read > 0)
}

impl Day {
    fn desk(&self) -> Result<&Desk> {
        self.desk.as_ref().ok_or_else(Error::internal)
    }

    fn open(&mut self) -> Result<()> {
        let desk = open(Path::new(&self.home))?;
        desk.sign_in(CLERK_ID, PASSWORD)?;
        if self.prints {
            testkit::use_ring();
            let printing = desk.clone();
            self.printing = Some(self.runtime.spawn(async move { printing.print_on(|| {}).await }));
        }
        self.desk = Some(desk);
        say("signed_in");
        Ok(())
    }

    fn reopen(&mut self) -> Result<()> {
        if let Some(printing) = self.printing.take() {
            printing.abort();
            // It gives the folder back; that it was aborted is no news.
            let _ = self.runtime.block_on(printing);
        }
        self.desk = None;
        self.open()
    }

    fn register(&mut self) -> Result<()> {
        let visit = self.visits.get(self.next % self.visits.len().max(1)).cloned().unwrap_or_default();
        let registered = match self.desk()?.register(&visit) {
            Err(error) if self.clock_is_right && format!("{:?}", error.code()).starts_with("Clock") => {
                say("asked");
                self.desk()?.confirm_clock()?;
                self.desk()?.register(&visit)?
            }
            other => other?,
        };
        self.next += 1;
        self.number = registered.number;
        say(&format!("told {}", self.number));
        Ok(())
    }

    fn slip(&mut self) -> Result<()> {
        let view = self.runtime.block_on(self.desk()?.slip(&self.number))?;
        say(&format!("shown {} {}", view.number, view.copy));
        Ok(())
    }

    fn notice(&mut self) -> Result<()> {
        let offers = self.desk()?.papers_for(&self.number)?.offers;
        let offer = offers.into_iter().find(|one| one.paper == Paper::AcceptanceNotice).ok_or_else(Error::internal)?;
        let issued = self.runtime.block_on(self.desk()?.issue_paper(&self.number, offer.paper, offer.filling))?;
        self.document = issued.document;
        say(&format!("issued {} {}", self.number, self.document));
        Ok(())
    }

    fn reprint(&mut self) -> Result<()> {
        self.runtime.block_on(self.desk()?.reprint_paper(&self.number, self.document.clone())).map(drop)
    }

    fn spoil(&mut self) -> Result<()> {
        self.desk()?.void_paper(&self.number, &self.document, "卡纸，打坏了")?;
        say(&format!("spoiled {} {}", self.number, self.document));
        Ok(())
    }

    fn deliver(&mut self) -> Result<()> {
        let papers = self.desk()?.papers_for(&self.number)?;
        let issued = papers.issued.last().ok_or_else(Error::internal)?.issued.replace(' ', "T");
        let at = format!("{issued}:00").parse().map_err(|_| Error::internal())?;
        let delivery = Delivery { receiver: "本人".into(), at, ..Delivery::default() };
        self.desk()?.deliver(&self.number, std::slice::from_ref(&self.document), &delivery)?;
        say(&format!("delivered {} {}", self.number, self.document));
        Ok(())
    }

    fn hand_over(&mut self) -> Result<()> {
        self.step(StepKind::HandedOver, &StepTaken { section: "综治办".into(), ..StepTaken::default() })
    }

    fn reply(&mut self) -> Result<()> {
        let (way, answer) = (Some(ReplyWay::Written), "已责令恢复原收费标准。".to_owned());
        self.step(StepKind::Replied, &StepTaken { way, answer, ..StepTaken::default() })
    }

    /// A step that fits, on the day on which it is written down.
    fn step(&mut self, kind: StepKind, step: &StepTaken) -> Result<()> {
        let offers = self.desk()?.steps_of(&self.number)?.offers;
        let offer = offers.into_iter().find(|one| one.kind == kind).ok_or_else(Error::internal)?;
        let taken = self.desk()?.take_step(&self.number, kind, &StepTaken { on: offer.begun.on, ..step.clone() })?;
        self.step = taken.steps.last().map(|one| one.step.clone()).unwrap_or_default();
        say(&format!("stepped {} {}", self.number, self.step));
        Ok(())
    }

    fn take_back(&mut self) -> Result<()> {
        self.desk()?.withdraw_step(&self.number, &self.step, "交错了科室")?;
        say(&format!("taken_back {} {}", self.number, self.step));
        Ok(())
    }

    fn correct(&mut self) -> Result<()> {
        let matter = self.desk()?.matter(&self.number)?;
        let mut visit = matter.words.visit().cloned().ok_or_else(Error::internal)?;
        visit.remark = "补充：已提交合同复印件。".into();
        self.desk()?.correct(&self.number, &visit)?;
        say(&format!("corrected {}", self.number));
        Ok(())
    }

    fn pdf(&mut self) -> Result<()> {
        self.desk()?.save_slip(&self.number)?;
        say(&format!("saved {}", self.number));
        Ok(())
    }

    fn void(&mut self) -> Result<()> {
        self.desk()?.void_matter(&self.number, "来访人撤回")?;
        say(&format!("voided {}", self.number));
        Ok(())
    }

    fn progress(&mut self) -> Result<()> {
        self.desk()?.note_progress(&self.number)
    }

    fn advice(&mut self) -> Result<()> {
        self.desk()?.note_advice("问低保怎么申请，已告知到社区办理。")
    }

    fn checkpoint(&mut self) -> Result<()> {
        self.desk()?.tick()
    }

    fn today(&mut self) -> Result<()> {
        self.desk()?.today().map(drop)
    }

    /// Closes the day. What a day that broke off left without a slip gets one first; where a printer is away, it stays open.
    fn close(&mut self) -> Result<()> {
        let day = self.desk()?.closing_day(None)?;
        let lacking = |one: &&DayDifference| one.difference == Difference::SlipNeverIssued;
        for one in day.differences.iter().filter(lacking) {
            let view = self.runtime.block_on(self.desk()?.slip(&one.number))?;
            say(&format!("shown {} {}", view.number, view.copy));
        }
        let date = day.day.parse().map_err(|_| Error::internal())?;
        match self.runtime.block_on(self.desk()?.close_day(date, Vec::new(), |_| {})) {
            Err(error) if error.code() == Code::DayDiffers => say("left_open"),
            closed => {
                closed?;
                say(&format!("closed {date}"));
            }
        }
        Ok(())
    }
}
