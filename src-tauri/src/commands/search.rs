//! Finding a matter again, and the earlier matters of a visitor who mentions one.

use intake_app::{Desk, EarlierMatter, EarlierQuery, EarlierTold, SearchQuery, SearchResult};
use tauri::State;

use super::{Answer, blocking};

#[tauri::command]
pub(crate) async fn search(desk: State<'_, Desk>, query: SearchQuery) -> Answer<SearchResult> {
    blocking("search", &desk, move |desk| desk.search(&query)).await
}

#[tauri::command]
pub(crate) async fn look_up_earlier(desk: State<'_, Desk>, query: EarlierQuery) -> Answer<Vec<EarlierMatter>> {
    blocking("look_up_earlier", &desk, move |desk| desk.look_up_earlier(&query)).await
}

#[tauri::command]
pub(crate) async fn earlier_told(desk: State<'_, Desk>, query: EarlierQuery, number: String) -> Answer<EarlierTold> {
    blocking("earlier_told", &desk, move |desk| desk.earlier_told(&query, &number)).await
}
