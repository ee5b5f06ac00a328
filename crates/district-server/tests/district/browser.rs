//! A browser without script: it keeps cookies and fills in the forms that it was given.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use district_server::Role;
use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};

use crate::world::{World, client_with};

pub(crate) const PASSWORD: &str = "登记台的口令一二三四五六";

/// The one form that has a file.
const WITH_A_FILE: &str = "/tables/look";

pub(crate) struct Browser<'w> {
    address: String,
    client: reqwest::Client,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Of the last form it was shown.
    pub(crate) token: String,
    world: &'w World,
}

#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Shown {
    pub(crate) fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |place| place.to_str().unwrap())
    }
}

impl World {
    pub(crate) fn browser(&self) -> Browser<'_> {
        let client = client_with(self.district.ca_der(), |builder| builder.redirect(reqwest::redirect::Policy::none()));
        let address = self.district.address();
        Browser { address, client, cookies: BTreeMap::new(), token: String::new(), world: self }
    }

    pub(crate) fn add_staff(&self, name: &'static str, role: Role) {
        let district = Arc::clone(self.district.district());
        self.district.wait(async move { district.add_staff(name, role, PASSWORD).await }).unwrap().unwrap();
    }

    /// The browser of a new person of this role.
    pub(crate) async fn signed_in(&self, name: &'static str, role: Role) -> Browser<'_> {
        self.add_staff(name, role);
        let mut browser = self.browser();
        assert_eq!(browser.sign_in(name, PASSWORD).await.location(), "/desks");
        browser
    }
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Shown {
        let request = self.client.get(format!("{}{path}", self.address));
        self.send(request).await
    }

    /// Whether what is given begins and breaks off.
    pub(crate) async fn broken(&mut self, path: &str) -> bool {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.get(format!("{}{path}", self.address)).header("cookie", cookies.join("; "));
        let answer = request.send().await.unwrap();
        answer.status() == 200 && answer.bytes().await.is_err()
    }

    /// Sends a form with the token of the last one it was shown.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let token = self.token.clone();
        let mut fields = fields.to_vec();
        fields.push(("token", &token));
        self.post_bare(path, &fields).await
    }

    pub(crate) async fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Shown {
        if path == WITH_A_FILE {
            return self.post_parts(path, fields, None).await;
        }
        let encoded: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let request = self.client.post(format!("{}{path}", self.address));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(encoded.join("&"));
        self.send(request).await
    }

    /// Sends a form with a file, and the token of the last one it was shown.
    pub(crate) async fn post_file(&mut self, path: &str, name: &str, content: &[u8]) -> Shown {
        let token = self.token.clone();
        self.post_parts(path, &[("token", &token)], Some((name, content))).await
    }

    async fn post_parts(&mut self, path: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Shown {
        let part = |told: String, content: &[u8]| {
            let head = format!("--between\r\ncontent-disposition: form-data; {told}\r\n\r\n");
            [head.as_bytes(), content, b"\r\n"].concat()
        };
        let fields = fields.iter().map(|(name, value)| part(format!("name=\"{name}\""), value.as_bytes()));
        let file = file.map(|(name, content)| part(format!("name=\"file\"; filename=\"{name}\""), content));
        let body: Vec<u8> = fields.chain(file).flatten().chain(*b"--between--\r\n").collect();
        let request = self.client.post(format!("{}{path}", self.address));
        self.send(request.header("content-type", "multipart/form-data; boundary=between").body(body)).await
    }

    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Shown {
        self.get("/sign-in").await;
        self.post("/sign-in", &[("name", name), ("password", password)]).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Shown {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header("cookie", cookies.join("; ")).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            for attribute in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
                assert!(line.contains(attribute), "{line}");
            }
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            assert!(name.starts_with("__Host-"), "{line}");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let bytes = answer.bytes().await.unwrap().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(rest) = text.split("name=\"token\" value=\"").nth(1) {
            rest.split('"').next().unwrap().clone_into(&mut self.token);
        }
        Shown { status, headers, text, bytes }
    }

    pub(crate) fn count(&self, sql: &str) -> i64 {
        self.world.count(sql)
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap();
        }
        out
    })
}
