//! `find-code`: what the form asks at each key while a clerk types, over all tables together.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use intake_model::{Catalogue, TableId};

use crate::Figure;

const TURNS: usize = 200;
/// By initials, by pinyin, by characters, by code, twice pressed, and nothing that is there.
const TYPED: [&str; 8] = ["wygl", "wuyeguanli", "物业", "0109", "lddzy", "zhonghe", "z", "qqqqqqqq"];

/// One round of all that is typed, against the least that any search does: to look for the characters in each name.
pub(crate) fn figure(_folder: &Path) -> Figure {
    let (catalogue, on) = (Catalogue::built_in(), "2026-11-24".parse().unwrap());
    let tables: Vec<_> = TableId::ALL.into_iter().filter_map(|id| catalogue.in_force(id, on)).collect();
    let mut pairs = Vec::new();
    for _ in 0..TURNS {
        for typed in TYPED {
            let start = Instant::now();
            black_box(catalogue.find(None, typed, on, 8));
            let ours = start.elapsed();
            let start = Instant::now();
            let names = tables.iter().flat_map(|table| &table.entries).filter(|entry| entry.name.contains(typed));
            black_box(names.count());
            pairs.push((ours, start.elapsed()));
        }
    }
    Figure::of("find-code", "one typed text, all tables", "the same names searched for the characters alone", pairs)
}
