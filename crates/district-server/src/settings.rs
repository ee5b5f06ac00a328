//! Settings as they are written: in a TOML file, and over it in the environment. Collects one sentence for each mistake, with
//! the line or the variable in which it stands.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What was written, until every setting is read.
pub(crate) struct Settings<'s> {
    text: &'s str,
    table: DeTable<'s>,
    environment: &'s dyn Fn(&str) -> Option<String>,
    /// With the place in the file, by which they are told; those of the environment and what is missing come last.
    mistakes: Vec<(usize, String)>,
}

/// A setting's value and where it stands.
struct Told {
    value: Written,
    at: Place,
}

enum Written {
    Text(String),
    List(Vec<String>),
    Other,
}

enum Place {
    File(Range<usize>),
    Variable(String),
}

impl<'s> Settings<'s> {
    /// Reads a file's text. What is no TOML and what is no setting are mistakes.
    pub(crate) fn read(text: &'s str, keys: &[&str], environment: &'s dyn Fn(&str) -> Option<String>) -> Self {
        let (table, faults) = DeTable::parse_recoverable(text);
        let mut settings = Self { text, table: table.into_inner(), environment, mistakes: Vec::new() };
        for fault in faults {
            settings.mistake(&Place::File(fault.span().unwrap_or_default()), fault.message());
        }
        let unknown = settings.table.keys().filter(|key| !keys.contains(&key.get_ref().as_ref()));
        for (at, key) in unknown.map(|key| (key.span(), key.get_ref().to_string())).collect::<Vec<_>>() {
            settings.mistake(&Place::File(at), &format!("{key} is no setting"));
        }
        settings
    }

    /// A setting that has no usual value; `what` says what it is where it is missing.
    pub(crate) fn required<T>(
        &mut self,
        key: &str,
        what: &str,
        read: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let Some(told) = self.find(key) else {
            self.mistakes.push((usize::MAX, format!("{key} is missing: {what}")));
            return None;
        };
        self.single(key, &told, read)
    }

    /// Sets a value that has a usual one, where the setting was written.
    pub(crate) fn set<T>(&mut self, value: &mut T, key: &str, read: impl FnOnce(&str) -> Result<T, &'static str>) {
        if let Some(told) = self.find(key)
            && let Some(read) = self.single(key, &told, read)
        {
            *value = read;
        }
    }

    /// The same for a list; in the environment its parts are set apart by commas.
    pub(crate) fn set_list(
        &mut self,
        value: &mut Vec<String>,
        key: &str,
        check: impl FnOnce(&[String]) -> Result<(), &'static str>,
    ) {
        let Some(told) = self.find(key) else { return };
        let listed = match (told.value, &told.at) {
            (Written::List(listed), _) => Ok(listed),
            (Written::Text(text), Place::Variable(_)) => {
                Ok(text.split(',').map(|part| part.trim().to_owned()).collect())
            }
            _ => Err("is not a list of texts"),
        };
        let listed = listed.and_then(|listed| check(&listed).map(|()| listed));
        if let Some(listed) = self.taken(key, &told.at, listed) {
            *value = listed;
        }
    }

    /// Every mistake, in the order of the lines.
    pub(crate) fn mistakes(mut self) -> Vec<String> {
        self.mistakes.sort_by_key(|(at, _)| *at);
        self.mistakes.into_iter().map(|(_, sentence)| sentence).collect()
    }

    fn find(&self, key: &str) -> Option<Told> {
        let word = key.to_uppercase();
        if let Some(text) = (self.environment)(&word) {
            return Some(Told { value: Written::Text(text), at: Place::Variable(format!("INTAKE_DISTRICT_{word}")) });
        }
        let value = self.table.get(key)?;
        Some(Told { value: written(value), at: Place::File(value.span()) })
    }

    fn single<T>(&mut self, key: &str, told: &Told, read: impl FnOnce(&str) -> Result<T, &'static str>) -> Option<T> {
        let read = match &told.value {
            Written::Text(text) => read(text),
            Written::List(_) | Written::Other => Err("is neither a text nor a number"),
        };
        self.taken(key, &told.at, read)
    }

    fn taken<T>(&mut self, key: &str, at: &Place, read: Result<T, &'static str>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(sentence) => {
                self.mistake(at, &format!("{key} {sentence}"));
                None
            }
        }
    }

    fn mistake(&mut self, at: &Place, sentence: &str) {
        let (order, place) = match at {
            Place::File(at) => (at.start, format!("line {}", line(self.text, at.start))),
            Place::Variable(name) => (usize::MAX, name.clone()),
        };
        self.mistakes.push((order, format!("{place}: {sentence}")));
    }
}

fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

fn written(value: &Spanned<DeValue<'_>>) -> Written {
    match value.get_ref() {
        DeValue::String(text) => Written::Text(text.to_string()),
        DeValue::Integer(number) => Written::Text(number.to_string()),
        DeValue::Array(parts) => {
            let text = |part: &Spanned<DeValue<'_>>| part.get_ref().as_str().map(str::to_owned);
            parts.iter().map(text).collect::<Option<_>>().map_or(Written::Other, Written::List)
        }
        _ => Written::Other,
    }
}
