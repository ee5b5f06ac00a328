//! A PostgreSQL that could lose something, or not find it again, is not taken.

use std::sync::Arc;

use district_server::{Config, District, Error};

use crate::program::program;
use crate::world::{World, world};

/// What a district says that is opened on this database of the cluster.
async fn mistakes(world: &World, database: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let url = world.district.postgres_url();
    let (cluster, _) = url.rsplit_once('/').unwrap();
    let config = Config::new("区", &folder.path().join("keys"), &format!("{cluster}/{database}"));
    match District::open_for_desks(config, Arc::new(|| 0)).await {
        Ok(_) => Vec::new(),
        Err(Error::Config(mistakes)) => mistakes,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_database_that_might_forget_what_it_committed_is_refused() {
    let world = world();
    world.execute("CREATE DATABASE careless");
    assert_eq!(mistakes(&world, "careless").await, [""; 0]);
    world.execute("ALTER DATABASE careless SET synchronous_commit = off");
    world.execute("ALTER SYSTEM SET fsync = off");
    world.execute("SELECT pg_reload_conf()");
    let said = mistakes(&world, "careless").await;
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("fsync = off") && said[1].contains("synchronous_commit = off"), "{said:?}");
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_name_is_refused() {
    let world = world();
    world.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    let said = mistakes(&world, "latin").await;
    assert!(said.len() == 1 && said[0].contains("LATIN1"), "{said:?}");
}

#[tokio::test]
async fn after_the_machine_sorts_otherwise_the_indexes_are_made_anew_first() {
    let world = world();
    world.execute("CREATE DATABASE sorted TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'zh'");
    assert_eq!(mistakes(&world, "sorted").await, [""; 0]);
    world.execute("UPDATE pg_database SET datcollversion = '1.1' WHERE datname = 'sorted'");
    let said = mistakes(&world, "sorted").await;
    assert!(said.len() == 1 && said[0].contains("REINDEX DATABASE \"sorted\""), "{said:?}");
    world.execute("ALTER DATABASE sorted REFRESH COLLATION VERSION");
    assert_eq!(mistakes(&world, "sorted").await, [""; 0]);
}

#[tokio::test]
async fn with_such_a_database_no_stick_is_taken_in_and_all_else_is_answered() {
    let (world, folder) = (world(), tempfile::tempdir().unwrap());
    world.execute("ALTER DATABASE postgres SET synchronous_commit = off");
    let (keys, url) = (folder.path().join("keys"), world.district.postgres_url());
    let config = format!("name = \"区\"\nfolder = \"{}\"\npostgres = \"{url}\"\n", keys.display());
    std::fs::write(folder.path().join("district.toml"), config).unwrap();
    let said = program(folder.path()).arg("import-usb").arg(folder.path().join("a.stick")).output().unwrap();
    assert!(
        !said.status.success() && String::from_utf8_lossy(&said.stderr).contains("synchronous_commit = off"),
        "{said:?}"
    );
    let said = program(folder.path()).arg("status").output().unwrap();
    assert!(said.status.success(), "{said:?}");
}
