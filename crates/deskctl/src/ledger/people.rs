//! The cell of names: one person, several, an organisation with somebody for it, a child through a parent.

use intake_model::{Party, Person, PersonRole, Profile, Stated};

use super::Note;

/// What the cell says.
pub(super) struct Read {
    pub(super) party: Party,
    pub(super) name: Stated,
    pub(super) people: Vec<Person>,
    pub(super) notes: Vec<Note>,
    /// Words in brackets that are about nobody else.
    pub(super) left: Vec<String>,
}

/// By these an organisation is known; what a person is called never ends so.
const ORGANISATION: [&str; 12] =
    ["公司", "工厂", "商店", "超市", "饭店", "学校", "医院", "委员会", "合作社", "协会", "事务所", "经营部"];

pub(super) fn read(cell: &str, headcount: u32) -> Read {
    let mut read =
        Read { party: Party::Person, name: Stated::Unknown, people: Vec::new(), notes: Vec::new(), left: Vec::new() };
    if cell == "匿名" {
        read.name = Stated::Declined;
        read.notes.push(Note::Anonymous);
        return read;
    }
    let mut names = outside_brackets(cell).into_iter();
    let Some((first, bracket)) = names.next() else { return read };
    if ORGANISATION.iter().any(|ending| first.ends_with(ending)) {
        read.party = Party::Organisation;
        read.notes.push(Note::Organisation);
    }
    read.bracket(bracket.as_deref(), None);
    let first = read.without_layout(&first);
    if !first.is_empty() {
        read.name = Stated::Stated(first);
    }
    // A ledger is read before it is known under which region's rules: five, as everywhere.
    let collective = headcount >= Profile::national().collective_from;
    let role = if collective { PersonRole::Representative } else { PersonRole::Companion };
    let mut others = Vec::new();
    for (name, bracket) in names {
        let name = read.without_layout(&name);
        read.bracket(bracket.as_deref(), Some(&name).filter(|name| !name.is_empty()).map(String::as_str));
        if !name.is_empty() {
            others.push(Person { role, name, ..Person::default() });
        }
    }
    if !others.is_empty() {
        read.notes.push(Note::NamesSplit);
        // Who stands first represents as well.
        if let (PersonRole::Representative, Stated::Stated(name)) = (role, &read.name) {
            others.insert(0, Person { role, name: name.clone(), ..Person::default() });
        }
    }
    read.people.splice(0..0, others);
    read
}

impl Read {
    fn bracket(&mut self, bracket: Option<&str>, of: Option<&str>) {
        let Some(words) = bracket.map(str::trim).filter(|words| !words.is_empty()) else { return };
        self.notes.push(Note::BracketRead);
        // The longer word first: 代理人 begins with 代 and is something else.
        let speaks =
            ["法定代表人", "代表人", "代理人", "代表", "联系人"].iter().find_map(|word| words.strip_prefix(word));
        let child = || words.strip_prefix('代').filter(|_| speaks.is_none());
        let role = match (speaks, child(), self.party) {
            (Some(rest), _, Party::Organisation) => Some((PersonRole::Agent, rest)),
            (None, Some(rest), _) => Some((PersonRole::Concerned, rest)),
            _ => None,
        };
        let named = role.map(|(role, rest)| (role, first_word(rest)));
        if let Some((role, (name, relation))) = named.filter(|(_, (name, _))| !name.is_empty()) {
            self.people.push(Person { role, name, relation, ..Person::default() });
        } else {
            self.left.push(of.map_or_else(|| words.to_owned(), |of| format!("{of}（{words}）")));
        }
    }

    /// A space between two Chinese characters sets a short name wider; anywhere else it belongs to the name.
    fn without_layout(&mut self, name: &str) -> String {
        let characters: Vec<char> = name.trim().chars().collect();
        let han = |c: &char| ('\u{3400}'..='\u{9FFF}').contains(c) || *c >= '\u{20000}';
        let only_han = characters.iter().all(|c| han(c) || c.is_whitespace());
        if !only_han || !characters.iter().any(|c| c.is_whitespace()) {
            return characters.into_iter().collect();
        }
        self.notes.push(Note::SpaceRemoved);
        characters.into_iter().filter(|c| !c.is_whitespace()).collect()
    }
}

/// `：周小宝 10岁`: a name, and what else is said of that one.
fn first_word(words: &str) -> (String, String) {
    let words = words.trim_start_matches([':', '：', ' ']);
    let (name, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    (name.to_owned(), rest.trim().to_owned())
}

/// The names of a cell, each with the words in the bracket behind it. A bracket with more of the name behind it is a part
/// of the name, as in 中铁建工（天津）有限公司.
fn outside_brackets(cell: &str) -> Vec<(String, Option<String>)> {
    let mut segments = vec![String::new()];
    let mut depth = 0_usize;
    for c in cell.chars() {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(c, '、' | '，' | ',' | ';' | '；' | '/' | '\n') {
            segments.push(String::new());
        } else if let Some(segment) = segments.last_mut() {
            segment.push(c);
        }
    }
    segments
        .iter()
        .map(|segment| trailing_bracket(segment.trim()))
        .filter(|(name, words)| !name.is_empty() || words.is_some())
        .collect()
}

fn trailing_bracket(segment: &str) -> (String, Option<String>) {
    let Some(inner) = segment.strip_suffix([')', '）']) else { return (segment.to_owned(), None) };
    match inner.rsplit_once(['(', '（']) {
        Some((name, words)) => (name.trim().to_owned(), Some(words.trim().to_owned())),
        None => (segment.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(cell: &str, headcount: u32) -> (Party, String, Vec<(PersonRole, String)>, Vec<String>) {
        let read = read(cell, headcount);
        let people = read.people.into_iter().map(|one| (one.role, one.name)).collect();
        (read.party, read.name.shown().to_owned(), people, read.left)
    }

    #[test]
    fn several_names_in_a_cell_are_the_visitor_and_the_others() {
        let (_, name, people, _) = told("陈建国、赵敏、孙立军", 17);
        assert_eq!(name, "陈建国");
        assert_eq!(people.iter().map(|(role, _)| *role).collect::<Vec<_>>(), [PersonRole::Representative; 3]);
        assert_eq!(told("张三，李四", 2).2, [(PersonRole::Companion, "李四".into())]);
    }

    #[test]
    fn a_bracket_names_who_represents_for_whom_one_speaks_or_goes_to_the_remark() {
        let company = told("天津市某某机械有限公司(代表:周涛)", 2);
        assert_eq!(company.0, Party::Organisation);
        assert_eq!(
            (company.1.as_str(), company.2),
            ("天津市某某机械有限公司", vec![(PersonRole::Agent, "周涛".into())])
        );
        let mother = told("周凤霞(代 周小宝 10岁)", 1);
        assert_eq!((mother.1.as_str(), mother.2), ("周凤霞", vec![(PersonRole::Concerned, "周小宝".into())]));
        let unclear = told("何某(男,约60岁)", 1);
        assert_eq!((unclear.1.as_str(), unclear.3), ("何某", vec!["男,约60岁".to_owned()]));
        let legal = read("某某公司（法定代表人:周涛 13820001111）", 1);
        assert_eq!((legal.people[0].name.as_str(), legal.people[0].relation.as_str()), ("周涛", "13820001111"));
        assert_eq!(told("张三（代理人李四）", 1).3, ["代理人李四"], "whose agent a person has, the clerk says");
        assert_eq!(told("张三、（联系人李四）", 2).3, ["联系人李四"]);
    }

    #[test]
    fn a_bracket_in_the_midst_of_a_name_belongs_to_it() {
        let (party, name, people, left) = told("中铁建工（天津）有限公司", 1);
        assert_eq!((party, name.as_str()), (Party::Organisation, "中铁建工（天津）有限公司"));
        assert!(people.is_empty() && left.is_empty());
    }

    #[test]
    fn a_name_keeps_every_character_but_the_space_that_sets_it_wider() {
        for (cell, name) in [
            ("王 强", "王强"),
            ("Müller Hans", "Müller Hans"),
            ("马丽亚·司马义·艾合买提江", "马丽亚·司马义·艾合买提江"),
            ("𬱖小雨", "𬱖小雨"),
            ("匿名", "不愿提供"),
            ("", "不详"),
        ] {
            assert_eq!(told(cell, 1).1, name, "{cell}");
        }
    }
}
