//! The document for other programs says what is there, and nothing else.

#![allow(clippy::if_not_else)]

use std::collections::BTreeSet;

use serde_json::Value;

use crate::world::{World, world};

async fn asked(world: &World, method: reqwest::Method, path: &str) -> (u16, String, Vec<u8>) {
    let url = format!("{}{path}", world.district.address());
    // Bytes that no request reads as.
    let answer = world.http.request(method, url).body(vec![0xFF; 9]).send().await.unwrap();
    assert_eq!(answer.headers()["intake-district"], "1");
    let kind = answer.headers().get("content-type").map_or("", |kind| kind.to_str().unwrap()).to_owned();
    (answer.status().as_u16(), kind, answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn every_path_of_the_document_answers_as_it_says_there() {
    let world = world();
    let (status, kind, bytes) = asked(&world, reqwest::Method::GET, "/v1/openapi.json").await;
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    let refusal = document["components"]["schemas"]["Refusal"]["required"].as_array().unwrap();
    let fields: BTreeSet<&str> = refusal.iter().map(|field| field.as_str().unwrap()).collect();
    let paths = document["paths"].as_object().unwrap();
    // What desks ask is written in the protocol's tables; a path that is added there belongs here.
    let protocol = include_str!("../../../../docs/protocol.md");
    let named: BTreeSet<String> = protocol
        .split('`')
        .filter(|word| word.starts_with("/v1/") || word.starts_with("GET /v1/"))
        .map(|word| word.trim_start_matches("GET ").to_owned())
        .collect();
    assert_eq!(named, paths.keys().cloned().collect());
    for (path, what) in paths {
        for (method, told) in what.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            let (status, kind, bytes) = asked(&world, method, path).await;
            let answer = &told["responses"][status.to_string()];
            assert!(answer.is_object(), "{path} answers {status}");
            if status != 200 {
                assert_eq!((status, kind.as_str()), (400, "application/json"), "{path}");
                let said: Value = serde_json::from_slice(&bytes).unwrap();
                let said: BTreeSet<&str> = said.as_object().unwrap().keys().map(String::as_str).collect();
                assert_eq!(said, fields, "{path}");
            } else {
                assert!(answer["content"].as_object().unwrap().contains_key(&kind), "{path} answers {kind}");
            }
        }
        // And nothing but what stands there.
        let other = if what["get"].is_object() { reqwest::Method::POST } else { reqwest::Method::GET };
        assert_eq!(asked(&world, other, path).await.0, 405, "{path}");
    }
    assert_eq!(asked(&world, reqwest::Method::GET, "/v1/").await.0, 404);
}
