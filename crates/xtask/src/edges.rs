//! Who may use whom: the arrows among our crates, and the one home of each outside library.
//!
//! A pure rule over `(from, to, kind)` triples, so that its tests need no workspace.

use cargo_metadata::{DependencyKind, Metadata};

/// One dependency as a manifest states it.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The crate whose manifest it is.
    pub from: String,
    /// What it depends on.
    pub to: String,
    /// True for dev-dependencies.
    pub test_only: bool,
}

/// The arrows of the layout: from each crate to those of ours that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("intake-model", &[]),
    ("intake-wire", &["intake-model"]),
    ("intake-store", &["intake-model", "intake-wire"]),
    ("intake-paper", &["intake-model"]),
    ("intake-sync", &["intake-model", "intake-wire", "intake-store"]),
    ("intake-app", &["intake-model", "intake-wire", "intake-store", "intake-paper", "intake-sync"]),
    ("district-server", &["intake-model", "intake-wire"]),
    ("deskctl", &["intake-app", "intake-model"]),
    ("intake-desk", &["intake-app", "intake-model"]),
    ("xtask", &[]),
];

/// Not part of the product: they may use anything of ours.
const FREE: &[&str] = &["testkit", "intake-tests"];

/// Each outside library that has a home, and the crates that are it. A trailing `*` stands for a family.
const HOMES: &[(&str, &[&str])] = &[
    ("rusqlite*", &["intake-store"]),
    ("argon2", &["district-server", "intake-store"]),
    ("askama*", &["district-server"]),
    ("chacha20poly1305", &["intake-store", "intake-wire"]),
    ("age", &["intake-store", "intake-app", "district-server"]),
    ("reqwest", &["intake-sync"]),
    ("hayro", &["intake-paper"]),
    ("image", &["intake-paper"]),
    ("rust_xlsxwriter", &["intake-app"]),
    ("typst*", &["intake-paper"]),
    ("ipp", &["intake-paper"]),
    ("tauri*", &["intake-desk"]),
    ("tokio-postgres", &["district-server", "testkit"]),
    ("deadpool*", &["district-server", "testkit"]),
    ("refinery", &["district-server", "testkit"]),
    ("axum*", &["district-server", "testkit"]),
    ("governor", &["district-server"]),
    ("prometheus-client", &["district-server"]),
    ("csv", &["district-server"]),
];

/// What is wrong with this edge, as one sentence; nothing when it may be there.
pub fn fault(edge: &Edge, ours: &[String]) -> Option<String> {
    let Edge { from, to, test_only } = edge;
    if FREE.contains(&from.as_str()) {
        return home_fault(edge).filter(|_| !test_only && from != "intake-tests");
    }
    if !ours.contains(to) {
        return home_fault(edge);
    }
    if to == "testkit" {
        return (!test_only).then(|| format!("{from} may use testkit only in [dev-dependencies]"));
    }
    let allowed = ALLOWED.iter().find(|(name, _)| name == from).map(|(_, to)| *to);
    match allowed {
        None => Some(format!("{from} is in no place of the layout: add it to ALLOWED in xtask's edges.rs")),
        Some(list) if list.contains(&to.as_str()) => None,
        Some([]) => Some(format!("{from} uses {to}; it may use none of our crates")),
        Some(list) => Some(format!("{from} uses {to}; of our crates it may use only {}", list.join(", "))),
    }
}

/// Tests may reach for any library, since what they reach for is not shipped.
fn home_fault(edge: &Edge) -> Option<String> {
    let (_, homes) = HOMES.iter().find(|(pattern, _)| matches(pattern, &edge.to))?;
    let at_home = edge.test_only || homes.contains(&edge.from.as_str());
    (!at_home).then(|| format!("{} uses {}, whose home is {}", edge.from, edge.to, homes.join(" and ")))
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(family) => name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_'])),
        None => pattern == name,
    }
}

/// Every edge that a manifest of the workspace states, and the names of its crates.
pub fn read(metadata: &Metadata) -> (Vec<Edge>, Vec<String>) {
    let packages = metadata.workspace_packages();
    let ours = packages.iter().map(|package| package.name.to_string()).collect();
    let edges = packages
        .iter()
        .flat_map(|package| {
            package.dependencies.iter().map(|dependency| Edge {
                from: package.name.to_string(),
                to: dependency.name.clone(),
                test_only: dependency.kind == DependencyKind::Development,
            })
        })
        .collect();
    (edges, ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, test_only: bool, expect: Option<&str>) {
        let mut ours: Vec<String> = ALLOWED.iter().map(|(name, _)| (*name).to_owned()).collect();
        ours.extend(FREE.iter().map(|name| (*name).to_owned()));
        ours.push("newcomer".to_owned());
        let edge = Edge { from: from.to_owned(), to: to.to_owned(), test_only };
        assert_eq!(fault(&edge, &ours).as_deref(), expect, "{edge:?}");
    }

    #[test]
    fn arrows_point_up_only() {
        check("intake-app", "intake-store", false, None);
        check("intake-desk", "intake-app", false, None);
        check(
            "intake-model",
            "intake-wire",
            false,
            Some("intake-model uses intake-wire; it may use none of our crates"),
        );
        check(
            "intake-desk",
            "intake-store",
            false,
            Some("intake-desk uses intake-store; of our crates it may use only intake-app, intake-model"),
        );
    }

    #[test]
    fn the_desk_and_the_district_share_model_and_wire_and_nothing_else() {
        check("district-server", "intake-wire", false, None);
        check(
            "district-server",
            "intake-store",
            true,
            Some("district-server uses intake-store; of our crates it may use only intake-model, intake-wire"),
        );
    }

    #[test]
    fn testkit_is_for_tests() {
        check("intake-paper", "testkit", true, None);
        check("intake-paper", "testkit", false, Some("intake-paper may use testkit only in [dev-dependencies]"));
        check("testkit", "district-server", false, None);
        check("intake-tests", "intake-store", false, None);
    }

    #[test]
    fn an_outside_library_has_one_home() {
        check("intake-store", "rusqlite_migration", false, None);
        check("intake-app", "rusqlite", false, Some("intake-app uses rusqlite, whose home is intake-store"));
        check("deskctl", "tauri-build", false, Some("deskctl uses tauri-build, whose home is intake-desk"));
        check("intake-app", "reqwest", true, None);
        check("testkit", "tokio-postgres", false, None);
        check("intake-app", "agent", false, None);
    }

    #[test]
    fn a_new_crate_must_take_its_place() {
        check(
            "newcomer",
            "intake-model",
            false,
            Some("newcomer is in no place of the layout: add it to ALLOWED in xtask's edges.rs"),
        );
    }
}
