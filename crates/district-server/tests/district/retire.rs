//! Desks out of service.

use std::sync::Arc;

use district_server::{District, Result, Status};
use intake_model::Code;
use intake_wire::{Entry, Head, Kind};
use testkit::district::CENTRE;

use crate::world::{World, world};

impl World {
    fn administer<F: Future<Output = Result<T>> + Send + 'static, T: Send + 'static>(
        &self,
        task: impl FnOnce(Arc<District>) -> F,
    ) -> Result<T> {
        self.district.wait(task(Arc::clone(self.district.district()))).unwrap()
    }

    fn status(&self) -> Status {
        self.administer(|district| async move { district.status().await }).unwrap()
    }
}

#[tokio::test]
async fn a_retired_desk_is_told_and_still_taken_in_and_a_lost_one_is_refused() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.day();
    let retire = |contact: &'static str| {
        world.administer(move |district| async move { district.retire(CENTRE, 1, contact).await })
    };
    for nobody in ["", " ", "有\0"] {
        assert_eq!(retire(nobody).unwrap_err().code(), Code::RequestUnreadable);
    }
    retire("信息科 022-24999999").unwrap();
    assert_eq!(world.pages(desk.whole()).await.unwrap().head, desk.head());
    assert!(world.status().desks[0].retired_ms.is_some());
    let told: Vec<Entry> = world.down(&desk, 1).await.into_iter().flat_map(|block| block.entries).collect();
    assert_eq!((told.len(), &told[0].kind), (1, &Kind::desk_retired()));
    assert_eq!(told[0].open.bytes().unwrap(), "{\"contact\":\"信息科 022-24999999\"}".as_bytes());
    world.administer(|district| async move { district.reinstate(CENTRE, 1).await }).unwrap();
    assert!(world.status().desks[0].retired_ms.is_none());
    world.administer(|district| async move { district.lost(CENTRE, 1).await }).unwrap();
    assert_eq!(world.heads(&desk, Head::EMPTY).await.unwrap_err(), (403, Code::DeskRevoked));
    let unknown = world.administer(|district| async move { district.retire(CENTRE, 9, "信息科").await });
    assert_eq!(unknown.unwrap_err().code(), Code::RequestUnreadable);
}

#[tokio::test]
async fn a_new_machine_in_the_place_of_a_retired_desk_is_in_service() {
    let world = world();
    let mut old = world.desk(1).await;
    old.day();
    world.pages(old.whole()).await.unwrap();
    world.administer(|district| async move { district.retire(CENTRE, 1, "信息科").await }).unwrap();
    world.desk(1).await;
    assert!(world.status().desks[0].retired_ms.is_none());
}
