//! Files: uploaded, shown in a chat, downloaded.

use serde_json::json;

use super::*;

const FORM: &str = "multipart/form-data; boundary=b";

fn form(name: &str, content: &str) -> String {
    format!("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n--b--\r\n")
}

fn upload(stage: &mut Stage, body: &str, headers: &[(&'static str, &str)]) -> (Reply, Value) {
    let path = "/v3.6/agent/action/upload_file";
    stage.send(Method::POST, path, headers, Body::Whole(body.to_owned().into()))
}

fn usual<'t>() -> [(&'static str, &'t str); 3] {
    [("authorization", BOT_TOKEN), ("content-type", FORM), ("host", "localhost:8080")]
}

fn download(stage: &mut Stage, url: &str) -> Reply {
    let path = url.strip_prefix("http://localhost:8080").expect("our own host").to_owned();
    let headers = http::HeaderMap::new();
    let body = Body::Whole(bytes::Bytes::new());
    let call = Call { method: Method::GET, path, query: String::new(), headers, body, params: Vec::new() };
    let credential = (Vendor::of::<Livechat>().credential)(&call).expect("the hash");
    assert!(stage.desk.claims.contains(&credential), "the world is found by the hash");
    stage.livechat.call(&mut stage.desk.cx(stage.now), call).reply
}

#[test]
fn what_is_uploaded_can_be_shown_and_read() {
    let mut stage = Stage::with_bot();
    let (chat, _) = stage.start();
    stage.sent();
    let (reply, document) = upload(&mut stage, &form("my image.png", "pixels"), &usual());
    let url = document["url"].as_str().unwrap_or_else(|| panic!("{document}")).to_owned();
    assert_eq!(reply.status, 200);
    assert!(url.starts_with("http://localhost:8080/v3.6/api/file/lc/att/104130623/"), "{url}");
    assert!(url.ends_with("/my_image.png"), "{url}");
    let event = json!({"type": "file", "url": url, "alternative_text": "An image"});
    let (sent, _) = stage.call("send_event", BOT_TOKEN, &json!({"chat_id": chat, "event": event}));
    assert_eq!(sent.status, 200);
    let event = &stage.bodies()[0]["payload"]["event"];
    assert_eq!((&event["url"], &event["content_type"]), (&json!(url), &json!("image/png")));
    assert_eq!(event["size"], 6);
    let read = download(&mut stage, &url);
    assert_eq!((read.status, &read.body[..]), (200, &b"pixels"[..]));
    let header = |name: &str| {
        let found = read.headers.iter().find(|(known, _)| known == name);
        found.and_then(|(_, value)| value.to_str().ok()).unwrap_or_default()
    };
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(header("content-disposition"), "attachment; filename=\"my_image.png\"");
    assert_eq!(header("x-content-type-options"), "nosniff");
}

#[test]
fn a_file_that_nobody_shows_is_gone_after_a_day() {
    let check = |shown: bool, status: u16| {
        let mut stage = Stage::with_bot();
        let (chat, _) = stage.start();
        let url = upload(&mut stage, &form("a.txt", "x"), &usual()).1["url"].as_str().unwrap().to_owned();
        if shown {
            let event = json!({"type": "file", "url": url});
            stage.call("send_event", BOT_TOKEN, &json!({"chat_id": chat, "event": event}));
        }
        stage.wait(VirtualSpan::from_mins(24 * 60 - 1));
        assert_eq!(download(&mut stage, &url).status, 200);
        stage.wait(VirtualSpan::from_mins(1));
        assert_eq!(download(&mut stage, &url).status, status, "{shown}");
    };
    check(true, 200);
    check(false, 404);
}

#[test]
fn what_cannot_be_uploaded_says_why() {
    let check = |body: &str, headers: &[(&'static str, &str)], expected: (u16, &str, &str)| {
        let mut stage = Stage::with_bot();
        let (reply, document) = upload(&mut stage, body, headers);
        let error = &document["error"];
        let found = (reply.status, error["type"].as_str().unwrap(), error["message"].as_str().unwrap());
        assert_eq!(found, expected);
        assert!(stage.desk.claims.iter().all(|claim| !claim.0.starts_with("file ")));
    };
    let sound = form("a.txt", "x");
    let nobody = [("authorization", "Bearer x"), ("content-type", FORM)];
    check(&sound, &nobody, (401, "authentication", "Invalid access token"));
    let json = [("authorization", BOT_TOKEN), ("content-type", "application/json")];
    let no_form = "`content-type` must be multipart/form-data with a boundary";
    check("{}", &json, (400, "validation", no_form));
    check("{}", &usual(), (400, "validation", "the body is not multipart/form-data with this boundary"));
    check("--b--", &usual(), (400, "validation", "`file` is required"));
    check(&form("virus.EXE", "x"), &usual(), (400, "validation", "files of the type `exe` are not accepted"));
    let mut stage = Stage::with_bot();
    let path = "/v3.6/agent/action/upload_file";
    let (reply, document) = stage.send(Method::POST, path, &usual(), Body::TooLarge(10 << 20));
    assert_eq!((reply.status, &document["error"]["message"]), (413, &json!("Upload limit exceeded (10MB).")));
    stage.plan("upload_file", "internal");
    assert_eq!(upload(&mut stage, &sound, &usual()).0.status, 500);
    // Who has called the vendor's own host has done so over TLS, and reads over TLS.
    let own = [usual()[0], usual()[1], ("host", "api-fra.livechatinc.com")];
    let (_, document) = upload(&mut stage, &sound, &own);
    assert!(document["url"].as_str().unwrap().starts_with("https://api-fra.livechatinc.com/v3.6/"), "{document}");
    // Nobody says where files could be read, so they are where the vendor has them.
    let (_, document) = upload(&mut stage, &sound, &usual()[..2]);
    assert!(document["url"].as_str().unwrap().starts_with("https://cdn.livechat-files.com/api/file/lc/att/104130623/"));
}

#[test]
fn only_the_whole_address_leads_to_a_file() {
    let mut stage = Stage::with_bot();
    let url = upload(&mut stage, &form("a.txt", "x"), &usual()).1["url"].as_str().unwrap().to_owned();
    for (part, other) in [("a.txt", "b.txt"), ("104130623", "1")] {
        assert_eq!(download(&mut stage, &url.replace(part, other)).status, 404);
    }
    stage.plan("download_file", "service_unavailable");
    assert_eq!(download(&mut stage, &url).status, 503);
    assert_eq!(download(&mut stage, &url).status, 200);
}
