//! Files: uploaded here, and downloaded from here.
//!
//! The vendor serves files from a host of its own. Here they lie on the port of the call, below the version, with the path
//! that they have there; whoever knows the address may read them, as there.

use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use serde_json::json;

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::super::model::File;
use super::draft::{CDN, content_type};
use super::multipart::{self, Upload};
use super::table::{Form, Row, Verb};
use super::{OK, Outcome, Request, done, settle, version};
use crate::base::doc_ref::{DocRef, Mark};
use crate::platform::Platform as _;
use crate::platform::cx::{Credential, Cx};
use crate::platform::route::{Call, Reply};

const UPLOAD_NAME: &str = "upload_file";
/// The same for customers.
pub(super) const CUSTOMERS_UPLOAD: &str = "customer/upload_file";
const DOWNLOAD_NAME: &str = "download_file";
/// Where files lie, at the vendor and here.
const FOLDER: &str = "api/file/lc/att";
/// The part of the form that has the file.
const PART: &str = "file";
/// The largest file.
const MOST_BYTES: usize = 10 * 1024 * 1024;
/// How long the hash of a file is, in hexadecimal digits.
const HASH_LENGTH: usize = 32;
/// How long the name of a file may be; longer ones lose their beginning.
const LONGEST_NAME: usize = 100;
/// What programs are called. That they are refused is documented, not which they are.
const EXECUTABLE: &[&str] = &["apk", "app", "bat", "cmd", "com", "dll", "exe", "jar", "msi", "ps1", "scr", "sh", "vbs"];

/// The operations on files: those whose bodies are not JSON.
pub(super) const ROWS: &[Row] = &[
    Row {
        name: UPLOAD_NAME,
        path: "/{version}/agent/action/upload_file",
        summary: "uploads a file that an event can show",
        doc: DocRef::new(Mark::Docs, "platform.text.com/docs/messaging/agent-chat-api#upload_file"),
        verb: Verb::Post,
        handle: |platform, cx, call| {
            let outcome = upload_file(platform, cx, call, UPLOAD_NAME, Form::Plain);
            settle(platform, cx, call, UPLOAD_NAME, outcome)
        },
    },
    Row {
        name: CUSTOMERS_UPLOAD,
        path: "/{version}/customer/action/upload_file",
        summary: "uploads a file that an event of a customer can show",
        doc: DocRef::new(Mark::Docs, "platform.text.com/docs/messaging/customer-chat-api#upload_file"),
        verb: Verb::Post,
        handle: |platform, cx, call| {
            let outcome = upload_file(platform, cx, call, CUSTOMERS_UPLOAD, Form::Customer);
            settle(platform, cx, call, CUSTOMERS_UPLOAD, outcome)
        },
    },
    Row {
        name: DOWNLOAD_NAME,
        path: "/{version}/api/file/lc/att/{license}/{hash}/{name}",
        summary: "reads a file that was uploaded; needs no token",
        doc: DocRef::new(Mark::Inferred, "the vendor serves the same path from cdn.livechat-files.com"),
        verb: Verb::Get,
        handle: |platform, cx, call| {
            let outcome = download_file(platform, cx, call);
            settle(platform, cx, call, DOWNLOAD_NAME, outcome)
        },
    },
];

/// What a call for a file carries in the place of a credential: the hash, by which its world is found.
pub(crate) fn credential(call: &Call) -> Option<Credential> {
    let (_, file) = call.path.split_once(FOLDER)?;
    let hash = file.split('/').nth(2)?;
    Some(claim(hash))
}

fn claim(hash: &str) -> Credential {
    Credential(format!("file {hash}"))
}

fn upload_file(platform: &mut Livechat, cx: &mut Cx<'_>, call: &Call, route: &'static str, form: Form) -> Outcome {
    let (request, body) = Request::identify(platform, cx, call, route, form)?;
    let form = call.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    let upload = multipart::file(form, &body, PART).map_err(|why| Denial::validation(why.to_string()))?;
    if upload.bytes.len() > MOST_BYTES {
        return Err(Denial::of(codes::ENTITY_TOO_LARGE).into());
    }
    let name = safe_name(&upload.name);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if EXECUTABLE.contains(&ending.as_str()) {
        return Err(Denial::validation(format!("files of the type `{ending}` are not accepted")).into());
    }
    platform.admit(cx, &request)?;
    let hash = cx.draw("livechat/file").hex(HASH_LENGTH);
    cx.claim(claim(&hash));
    let root = match call.origin(Livechat::HOSTS) {
        Some(origin) => format!("{origin}/{}/", call.param("version")),
        // Without a host only the vendor's own is left, from where nothing can be read here.
        None => CDN.to_owned(),
    };
    let url = format!("{root}{FOLDER}/{}/{hash}/{name}", platform.tenant.license_id);
    let Upload { content_type: given, bytes, .. } = upload;
    // Names are the better witness where they say something: clients often call everything a stream of bytes.
    let content_type = match (content_type(&name), given) {
        ("application/octet-stream", Some(given)) if HeaderValue::from_str(&given).is_ok() => given,
        (known, _) => known.to_owned(),
    };
    platform.files.add(hash, File { name, content_type, bytes, at: cx.now(), used: false });
    done(&json!({"url": url}))
}

fn download_file(platform: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Outcome {
    version(call.param("version"))?;
    let license = call.param("license") == platform.tenant.license_id.to_string();
    let found = platform.files.get(call.param("hash"), call.param("name"), cx.now()).filter(|_| license);
    let file = found.ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
    cx.admit(DOWNLOAD_NAME, |code| platform.refuse(&Denial::of(code))).map_err(super::Stop::Planned)?;
    let reply = Reply { status: OK, headers: Vec::new(), body: file.bytes.clone(), code: None };
    Ok(reply
        .header(CONTENT_TYPE, &file.content_type)
        .header(CONTENT_DISPOSITION, &format!("attachment; filename=\"{}\"", file.name))
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
}

/// A name that is safe within a path and a header.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let name: String = last.chars().map(safe).collect();
    let name = name[name.len().saturating_sub(LONGEST_NAME)..].trim_start_matches('.').to_owned();
    if name.is_empty() { PART.to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe() {
        let check = |name: &str, expected: &str| assert_eq!(safe_name(name), expected);
        check("image.png", "image.png");
        check("C:\\photos\\my image.png", "my_image.png");
        check("../../etc/passwd", "passwd");
        check("rechnung für mia.pdf", "rechnung_f_r_mia.pdf");
        check("a\"\r\nx: y", "a___x__y");
        check("", "file");
        check("..", "file");
        check(&"x".repeat(200), &"x".repeat(100));
    }
}
