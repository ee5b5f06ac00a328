//! The rules about files, each a small function from one source to its faults.
//!
//! They look at lines, not at syntax: a rule that needs a parser belongs in clippy.toml. Words that a rule looks for are
//! put together from halves here, so that the rules do not find themselves.

/// One text file of the tree, by its path from the root.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// With forward slashes.
    pub path: &'a str,
    /// The whole file.
    pub text: &'a str,
}

/// One place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// The rule's name.
    pub rule: &'static str,
    /// What to do, in one sentence.
    pub sentence: String,
}

/// Where a clock is read: the shell, the programs' mains, and what measures. Everything else is handed its time.
const CLOCKS: &[&str] = &[
    "src-tauri/",
    "crates/district-server/src/main.rs",
    "crates/deskctl/src/main.rs",
    "crates/intake-app/src/clock.rs",
];

/// Everything that is wrong with one file.
pub fn faults(source: &Source<'_>) -> Vec<Fault> {
    let rules: [fn(&Source<'_>) -> Vec<Fault>; 9] = [
        short_files,
        no_mod_rs,
        no_skipped_tests,
        nothing_unfinished,
        time_is_handed_in,
        short_architecture,
        one_door_to_the_shell_and_the_widgets,
        no_machine_paths,
        no_judgement_of_people,
    ];
    rules.iter().flat_map(|rule| rule(source)).collect()
}

fn has_extension(path: &str, extensions: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

fn is_code(path: &str) -> bool {
    has_extension(path, &["rs", "ts", "vue", "sql", "typ"])
}

fn is_this_file(path: &str) -> bool {
    path == "crates/xtask/src/text_rules.rs"
}

/// One fault for each line that `wrong` says something about.
fn each_line(source: &Source<'_>, rule: &'static str, wrong: impl Fn(&str) -> Option<String>) -> Vec<Fault> {
    let numbered = source.text.lines().enumerate();
    numbered.filter_map(|(index, line)| Some(Fault { line: index + 1, rule, sentence: wrong(line)? })).collect()
}

/// What may stay long: what a machine wrote, and data.
fn short_files(source: &Source<'_>) -> Vec<Fault> {
    const MOST: usize = 600;
    let count = source.text.lines().count();
    let concerns = has_extension(source.path, &["rs", "ts", "vue"]) && !source.path.contains("/bindings/");
    if !concerns || count <= MOST {
        return Vec::new();
    }
    vec![Fault { line: MOST + 1, rule: "long", sentence: format!("{count} lines; split it by noun, {MOST} at most") }]
}

fn no_mod_rs(source: &Source<'_>) -> Vec<Fault> {
    let is_one = source.path.rsplit('/').next() == Some(concat!("mod", ".rs"));
    let sentence = "name the file after its module and put it beside the folder".to_owned();
    if is_one { vec![Fault { line: 1, rule: "mod", sentence }] } else { Vec::new() }
}

fn no_skipped_tests(source: &Source<'_>) -> Vec<Fault> {
    let words = [
        concat!("#[ig", "nore"),
        concat!(".sk", "ip("),
        concat!("it.on", "ly"),
        concat!("test.on", "ly"),
        concat!("describe.on", "ly"),
    ];
    // In Rust an iterator skips; only a test framework's word is meant.
    let rust = has_extension(source.path, &["rs"]);
    if !rust && !has_extension(source.path, &["ts", "vue"]) {
        return Vec::new();
    }
    each_line(source, "skipped", |line| {
        let word = words.iter().find(|word| line.contains(*word) && (word.starts_with('#') == rust))?;
        Some(format!("`{word}` leaves a test out; mend the test or delete it"))
    })
}

fn nothing_unfinished(source: &Source<'_>) -> Vec<Fault> {
    let words = [concat!("to", "do!("), concat!("unimpl", "emented!("), concat!("TO", "DO"), concat!("FIX", "ME")];
    if !is_code(source.path) || is_this_file(source.path) {
        return Vec::new();
    }
    each_line(source, "unfinished", |line| {
        let word = words.iter().find(|word| line.contains(*word))?;
        Some(format!("`{word}` promises what is not there"))
    })
}

fn time_is_handed_in(source: &Source<'_>) -> Vec<Fault> {
    let words = [concat!("Utc::n", "ow"), concat!("Local::n", "ow"), concat!("SystemTime::n", "ow")];
    let may = CLOCKS.iter().any(|place| source.path.starts_with(place)) || is_test(source.path);
    if may || !has_extension(source.path, &["rs"]) {
        return Vec::new();
    }
    each_line(source, "clock", |line| {
        let word = words.iter().find(|word| line.contains(*word))?;
        Some(format!("`{word}` reads the clock here; take the time as a parameter"))
    })
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.starts_with("crates/testkit/") || path.contains("/tests/")
}

fn short_architecture(source: &Source<'_>) -> Vec<Fault> {
    const MOST: usize = 200;
    let count = source.text.lines().count();
    if source.path != "ARCHITECTURE.md" || count <= MOST {
        return Vec::new();
    }
    let sentence = format!("{count} lines; {MOST} at most, or nobody reads it");
    vec![Fault { line: MOST + 1, rule: "architecture", sentence }]
}

fn one_door_to_the_shell_and_the_widgets(source: &Source<'_>) -> Vec<Fault> {
    if !source.path.starts_with("ui/src/") || !has_extension(source.path, &["ts", "vue", "css"]) {
        return Vec::new();
    }
    each_line(source, "door", |line| {
        if line.contains("@tauri-apps/") && source.path != "ui/src/ipc/call.ts" {
            return Some("only ui/src/ipc/call.ts speaks to the shell".to_owned());
        }
        let imports = ["import", "from ", "require("].iter().any(|word| line.contains(word));
        let widgets = imports && line.contains("element-plus");
        if widgets && !source.path.starts_with("ui/src/components/") {
            return Some("only ui/src/components knows Element Plus; use the component there".to_owned());
        }
        None
    })
}

fn no_machine_paths(source: &Source<'_>) -> Vec<Fault> {
    let homes = [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("C:", "\\Users")];
    let mount = concat!("/wo", "rk/");
    if has_extension(source.path, &["lock"]) || source.path == "ui/package-lock.json" {
        return Vec::new();
    }
    each_line(source, "path", |line| {
        let word = homes.iter().chain([&mount]).find(|word| starts_a_path(line, word))?;
        Some(format!("`{word}` is a place on one machine; name it from the root or ask the system"))
    })
}

/// True where `word` begins a path: not in the midst of a longer one, and not a part of a web address.
fn starts_a_path(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(index, _)| {
        let before = line.get(..index).and_then(|text| text.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "._-/~$}*".contains(c))
    })
}

/// The program keeps records of matters and of the office's own duties, never judgements of people.
fn no_judgement_of_people(source: &Source<'_>) -> Vec<Fault> {
    let words = [
        concat!("重点", "人员"),
        concat!("黑", "名单"),
        concat!("稳", "控"),
        concat!("危险", "等级"),
        concat!("缠", "访"),
        concat!("闹", "访"),
        concat!("black", "list"),
        concat!("risk_", "score"),
        concat!("riskS", "core"),
        concat!("watch_", "list"),
        concat!("watchL", "ist"),
    ];
    if !is_code(source.path) && !source.path.starts_with("assets/") {
        return Vec::new();
    }
    each_line(source, "judgement", |line| {
        let lower = line.to_lowercase();
        let word = words.iter().find(|word| line.contains(*word) || lower.contains(&word.to_lowercase()))?;
        Some(format!("`{word}` judges people; the program records matters and the office's duties"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules that this one file breaks.
    fn check(path: &str, text: &str, expect: &[&str]) {
        let found = faults(&Source { path, text });
        let rules: Vec<&str> = found.iter().map(|fault| fault.rule).collect();
        assert_eq!(rules, expect, "{path}: {text:.60}");
    }

    #[test]
    fn a_file_past_six_hundred_lines_is_split() {
        let long = "let a = 1;\n".repeat(601);
        check("crates/a/src/lib.rs", &long, &["long"]);
        check("ui/src/ipc/bindings/Visit.ts", &long, &[]);
        check("docs/data.md", &long, &[]);
        check("crates/a/src/lib.rs", &"let a = 1;\n".repeat(600), &[]);
    }

    #[test]
    fn a_module_is_named_by_its_file() {
        check(concat!("crates/a/src/x/mod", ".rs"), "", &["mod"]);
        check("crates/a/src/x.rs", "", &[]);
    }

    #[test]
    fn no_test_is_left_out() {
        check("crates/a/src/a.rs", concat!("    #[ig", "nore = \"slow\"]"), &["skipped"]);
        check("ui/src/a.test.ts", concat!("it.sk", "ip('signs in', () => {})"), &["skipped"]);
        check("ui/src/a.test.ts", concat!("it.on", "ly('signs in', () => {})"), &["skipped"]);
        check("crates/a/src/a.rs", concat!("rows.iter().sk", "ip(1)"), &[]);
    }

    #[test]
    fn nothing_is_promised_that_is_not_there() {
        check("crates/a/src/a.rs", concat!("to", "do!()"), &["unfinished"]);
        check("crates/a/src/a.rs", concat!("// TO", "DO later"), &["unfinished"]);
    }

    #[test]
    fn a_rule_takes_its_time_as_a_parameter() {
        let reads = concat!("let now = Utc::n", "ow();");
        check("crates/intake-app/src/register.rs", reads, &["clock"]);
        check("crates/deskctl/src/main.rs", reads, &[]);
        check("src-tauri/src/main.rs", reads, &[]);
        check("tests/journeys/day.rs", reads, &[]);
    }

    #[test]
    fn the_architecture_fits_two_hundred_lines() {
        check("ARCHITECTURE.md", &"a\n".repeat(201), &["architecture"]);
        check("ARCHITECTURE.md", &"a\n".repeat(200), &[]);
    }

    #[test]
    fn the_window_has_one_door_to_the_shell_and_one_to_the_widgets() {
        let shell = "import { invoke } from '@tauri-apps/api/core'";
        check("ui/src/features/today/Today.vue", shell, &["door"]);
        check("ui/src/ipc/call.ts", shell, &[]);
        let widgets = "import { ElButton } from 'element-plus'";
        check("ui/src/features/today/Today.vue", widgets, &["door"]);
        check("ui/src/components/Push.vue", widgets, &[]);
    }

    #[test]
    fn no_path_belongs_to_one_machine() {
        check("docs/operations.md", concat!("see /ho", "me/zhang/data"), &["path"]);
        check("scripts/a", concat!("cd /wo", "rk/x"), &["path"]);
        check("docs/operations.md", concat!("see $HOME/ho", "me/data and https://a.example/ho", "me/"), &[]);
    }

    #[test]
    fn no_word_judges_people() {
        check("crates/a/src/a.rs", concat!("// 黑", "名单"), &["judgement"]);
        check("crates/a/src/a.rs", concat!("fn Risk_", "Score() {}"), &["judgement"]);
        check("crates/a/src/a.rs", "// 重点项目，人员", &[]);
    }

    #[test]
    fn the_rules_do_not_find_themselves() {
        check("crates/xtask/src/text_rules.rs", include_str!("text_rules.rs"), &[]);
    }
}
