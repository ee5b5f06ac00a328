//! What the one who runs a district sets: a TOML file, over it the environment (`INTAKE_DISTRICT_NAME` and so on).

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::config::Host;

use crate::settings::Settings;
use crate::{Error, Result};

/// Every setting there is.
const KEYS: &[&str] = &[
    "name",
    "folder",
    "listen",
    "postgres",
    "names",
    "metrics",
    "max_requests",
    "desk_requests",
    "address_requests",
    "desk_back_mib",
    "wire_kib",
    "patience_seconds",
];

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// What people call the district, such as 天津市东丽区矛调中心.
    pub name: String,
    /// Where keys and the revocation list lie: outside PostgreSQL, so that no restored backup brings an old list.
    pub folder: PathBuf,
    /// Where to listen. Loopback unless set.
    pub listen: SocketAddr,
    /// How to reach PostgreSQL: `postgres://user:password@localhost/database`. On this machine only: the connection is
    /// not encrypted.
    pub postgres: String,
    /// Names and addresses the server's certificate is made for.
    pub names: Vec<String>,
    /// Where figures are told without TLS, at a loopback address; nowhere unless set.
    pub metrics: Option<SocketAddr>,
    /// Requests served at once; more are answered 503.
    pub max_requests: usize,
    /// Requests of one desk in a minute; more are answered 429.
    pub desk_requests: u32,
    /// Requests from one address in a minute; more are answered 429. A street's desks may share one.
    pub address_requests: u32,
    /// MiB of attachments that go back in an hour to one desk that lost them; for more it is answered 429.
    pub desk_back_mib: u32,
    /// KiB that a desk may have on its way at once. 0 leaves it to the system.
    pub wire_kib: u16,
    /// How long nothing may arrive of a page, and how long any other request may take.
    pub patience: Duration,
}

/// Far more than a desk asks that was away for a year, and still bounded.
const DESK_REQUESTS: u32 = 1200;
/// A thousand desks behind one address close their day in the same minute.
const ADDRESS_REQUESTS: u32 = 12_000;
/// A year of a busy desk's scans within a day.
const DESK_BACK_MIB: u32 = 1024;
/// A poor line's router would queue a whole day, and what is queued when the line is cut is sent once more.
const WIRE_KIB: u16 = 16;

impl Config {
    /// A configuration with the usual values for the rest.
    pub fn new(name: &str, folder: &Path, postgres: &str) -> Self {
        Self {
            name: name.to_owned(),
            folder: folder.to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8443)),
            postgres: postgres.to_owned(),
            names: vec!["127.0.0.1".into(), "localhost".into()],
            metrics: None,
            max_requests: 64,
            desk_requests: DESK_REQUESTS,
            address_requests: ADDRESS_REQUESTS,
            desk_back_mib: DESK_BACK_MIB,
            wire_kib: WIRE_KIB,
            patience: Duration::from_secs(30),
        }
    }

    /// Reads a file, if one is named, and the environment.
    ///
    /// # Errors
    /// [`Error::Config`] with one sentence for each mistake, and the line it stands on.
    pub fn read(file: Option<&Path>) -> Result<Self> {
        let text = match file {
            Some(file) => std::fs::read_to_string(file)
                .map_err(|error| Error::Config(vec![format!("{} cannot be read: {error}", file.display())]))?,
            None => String::new(),
        };
        Self::from_text(&text, &|word| std::env::var(format!("INTAKE_DISTRICT_{word}")).ok())
    }

    fn from_text(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let mut told = Settings::read(text, KEYS, environment);
        let name = told.required("name", "what people call the district", |text| match text.trim() {
            "" => Err("is empty"),
            name => Ok(name.to_owned()),
        });
        let folder = told.required("folder", "where the keys are kept", |text| match text {
            "" => Err("is empty"),
            folder => Ok(PathBuf::from(folder)),
        });
        let postgres = told.required("postgres", "how to reach the database", |text| {
            if text.is_empty() || text.parse::<tokio_postgres::Config>().is_err() {
                Err("is not a connection address such as postgres://user@localhost/database")
            } else if is_on_this_machine(text) {
                Ok(text.to_owned())
            } else {
                Err("must be on this machine: names would cross the network unencrypted")
            }
        });
        let mut config =
            Self::new(&name.unwrap_or_default(), &folder.unwrap_or_default(), &postgres.unwrap_or_default());
        told.set(&mut config.listen, "listen", |text| {
            text.parse().map_err(|_| "is not an address and port such as 127.0.0.1:8443")
        });
        told.set_list(&mut config.names, "names", |names| {
            let usable = !names.is_empty() && names.iter().all(|name| !name.is_empty() && name.is_ascii());
            if usable { Ok(()) } else { Err("lists the host names and addresses that desks use, in ASCII") }
        });
        told.set(&mut config.metrics, "metrics", |text| match text.parse::<SocketAddr>() {
            Ok(address) if address.ip().is_loopback() => Ok(Some(address)),
            _ => Err("is not an address and port of this machine alone, such as 127.0.0.1:9443"),
        });
        told.set(&mut config.max_requests, "max_requests", |text| {
            text.parse().ok().filter(|most| (1..=4096).contains(most)).ok_or("is not 1 to 4096")
        });
        let a_minute = |text: &str| {
            text.parse().ok().filter(|most| (1..=1_000_000).contains(most)).ok_or("is not 1 to 1000000 in a minute")
        };
        told.set(&mut config.desk_requests, "desk_requests", a_minute);
        told.set(&mut config.address_requests, "address_requests", a_minute);
        told.set(&mut config.desk_back_mib, "desk_back_mib", |text| {
            text.parse().ok().filter(|most| (1..=1_000_000).contains(most)).ok_or("is not 1 to 1000000 MiB in an hour")
        });
        told.set(&mut config.wire_kib, "wire_kib", |text| {
            text.parse().ok().filter(|kib| *kib == 0 || (8..=4096).contains(kib)).ok_or("is not 0, nor 8 to 4096 KiB")
        });
        told.set(&mut config.patience, "patience_seconds", |text| {
            let seconds = text.parse().ok().filter(|seconds| (1..=600).contains(seconds));
            seconds.map(Duration::from_secs).ok_or("is not 1 to 600")
        });
        let mistakes = told.mistakes();
        if mistakes.is_empty() { Ok(config) } else { Err(Error::Config(mistakes)) }
    }
}

/// Whether every host of a connection address is this machine: a socket in a folder, or a loopback address.
pub(crate) fn is_on_this_machine(address: &str) -> bool {
    let Ok(config) = address.parse::<tokio_postgres::Config>() else { return false };
    let hosts = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        Host::Unix(_) => true,
    });
    hosts && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_said_in_one_sentence() {
        let Err(Error::Config(mistakes)) = Config::from_text("listen = \"here\"\nmax_requests = 0\n", &|_| None) else {
            panic!("taken")
        };
        assert_eq!(mistakes.len(), 5, "{mistakes:?}");
    }

    #[test]
    fn each_mistake_names_its_line_or_its_variable() {
        let text = "\
# The district.
name = \"甲区\"
folder = [\"/srv/d\"]
listen = \"here\"
colour = \"red\"
postgres = \"postgres://u@10.0.0.5/d\"
metrics = \"0.0.0.0:9443\"
patience_seconds = 0
names = [\"区\"]
";
        let environment = |word: &str| (word == "MAX_REQUESTS").then(|| "many".to_owned());
        let Err(Error::Config(mistakes)) = Config::from_text(text, &environment) else { panic!("taken") };
        let begin: Vec<&str> = mistakes.iter().map(|mistake| mistake.split(": ").next().unwrap()).collect();
        let expected =
            ["line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "line 9", "INTAKE_DISTRICT_MAX_REQUESTS"];
        assert_eq!(begin, expected, "{mistakes:#?}");
        assert!(mistakes[2].contains("colour is no setting"), "{mistakes:#?}");
    }

    #[test]
    fn what_is_no_toml_is_said_with_its_lines() {
        let text = "name = \"甲区\nfolder = /srv\n";
        let Err(Error::Config(mistakes)) = Config::from_text(text, &|_| None) else { panic!("taken") };
        assert!(mistakes.iter().any(|mistake| mistake.starts_with("line 1: ")), "{mistakes:?}");
        assert!(mistakes.iter().any(|mistake| mistake.starts_with("line 2: ")), "{mistakes:?}");
    }

    #[test]
    fn a_database_on_another_machine_is_refused_since_names_would_travel_in_the_clear() {
        for address in ["postgres://u@10.0.0.5/d", "postgres://u@localhost,db.example/d", "host=db user=u"] {
            assert!(!is_on_this_machine(address), "{address}");
        }
        for address in ["postgres://u@127.0.0.1:5432/d", "postgres://u@[::1]/d", "host=/run/postgresql user=u"] {
            assert!(is_on_this_machine(address), "{address}");
        }
    }

    #[test]
    fn the_environment_goes_before_the_file_and_the_address_is_loopback_unless_set() {
        let text = "name = \"甲区\"\nfolder = \"/srv/d\"\npostgres = \"postgres://u@localhost/d\"\n";
        let config = Config::from_text(text, &|word| (word == "NAME").then(|| "乙区".into())).unwrap();
        assert_eq!(config.name, "乙区");
        assert!(config.listen.ip().is_loopback());
    }

    #[test]
    fn what_a_desk_may_have_on_its_way_is_left_to_the_system_or_some_kib() {
        let of = |kib: &str| {
            let text = "name = \"甲区\"\nfolder = \"/srv/d\"\npostgres = \"postgres://u@localhost/d\"\n";
            Config::from_text(text, &|word| (word == "WIRE_KIB").then(|| kib.to_owned())).map(|config| config.wire_kib)
        };
        for (kib, taken) in [("0", 0), ("8", 8), ("4096", 4096)] {
            assert_eq!(of(kib).unwrap(), taken);
        }
        for kib in ["7", "4097", "-1", "much"] {
            assert!(matches!(of(kib), Err(Error::Config(_))), "{kib}");
        }
    }
}
