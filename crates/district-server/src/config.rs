//! What the one who runs a district sets: a TOML file, over it the environment (`INTAKE_DISTRICT_NAME` and so on).

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tokio_postgres::config::Host;

use crate::{Error, Result};

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
    /// Requests served at once; more are answered 503.
    pub max_requests: usize,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Option<String>,
    folder: Option<PathBuf>,
    listen: Option<String>,
    postgres: Option<String>,
    names: Option<Vec<String>>,
    max_requests: Option<usize>,
}

impl Config {
    /// A configuration with the usual values for the rest.
    pub fn new(name: &str, folder: &Path, postgres: &str) -> Self {
        Self {
            name: name.to_owned(),
            folder: folder.to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8443)),
            postgres: postgres.to_owned(),
            names: vec!["127.0.0.1".into(), "localhost".into()],
            max_requests: 64,
        }
    }

    /// Reads a file, if one is named, and the environment.
    ///
    /// # Errors
    /// [`Error::Config`] with one sentence for each mistake.
    pub fn read(file: Option<&Path>) -> Result<Self> {
        let text = match file {
            Some(file) => std::fs::read_to_string(file)
                .map_err(|error| Error::Config(vec![format!("{} cannot be read: {error}", file.display())]))?,
            None => String::new(),
        };
        Self::from_text(&text, |word| std::env::var(format!("INTAKE_DISTRICT_{word}")).ok())
    }

    fn from_text(text: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let written: Written = toml::from_str(text).map_err(|error| Error::Config(vec![error.message().to_owned()]))?;
        let mut mistakes = Vec::new();
        let name = environment("NAME").or(written.name).unwrap_or_default();
        if name.trim().is_empty() {
            mistakes.push("name is missing: what people call the district".to_owned());
        }
        let folder = environment("FOLDER").map(PathBuf::from).or(written.folder).unwrap_or_default();
        if folder.as_os_str().is_empty() {
            mistakes.push("folder is missing: where the keys are kept".to_owned());
        }
        let postgres = environment("POSTGRES").or(written.postgres).unwrap_or_default();
        if postgres.parse::<tokio_postgres::Config>().is_err() || postgres.is_empty() {
            mistakes.push("postgres is not a connection address such as postgres://user@host/database".to_owned());
        } else if !is_on_this_machine(&postgres) {
            mistakes.push("postgres must be on this machine: names would cross the network unencrypted".to_owned());
        }
        let mut config = Self::new(name.trim(), &folder, &postgres);
        if let Some(listen) = environment("LISTEN").or(written.listen) {
            match listen.parse() {
                Ok(address) => config.listen = address,
                Err(_) => mistakes.push("listen is not an address and port such as 127.0.0.1:8443".to_owned()),
            }
        }
        let listed = environment("NAMES").map(|names| names.split(',').map(|name| name.trim().to_owned()).collect());
        if let Some(names) = listed.or(written.names) {
            config.names = names;
        }
        if config.names.is_empty() || config.names.iter().any(|name| name.is_empty() || !name.is_ascii()) {
            mistakes.push("names lists the host names and addresses that desks use, in ASCII".to_owned());
        }
        if let Some(most) = environment("MAX_REQUESTS") {
            config.max_requests = most.parse().unwrap_or(0);
        } else if let Some(most) = written.max_requests {
            config.max_requests = most;
        }
        if !(1..=4096).contains(&config.max_requests) {
            mistakes.push("max_requests is 1 to 4096".to_owned());
        }
        if mistakes.is_empty() { Ok(config) } else { Err(Error::Config(mistakes)) }
    }
}

/// Whether every host of a connection address is this machine: a socket in a folder, or a loopback address.
fn is_on_this_machine(address: &str) -> bool {
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
        let Err(Error::Config(mistakes)) = Config::from_text("listen = \"here\"\nmax_requests = 0\n", |_| None) else {
            panic!("taken")
        };
        assert_eq!(mistakes.len(), 5, "{mistakes:?}");
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
        let config = Config::from_text(text, |word| (word == "NAME").then(|| "乙区".into())).unwrap();
        assert_eq!(config.name, "乙区");
        assert!(config.listen.ip().is_loopback());
    }
}
