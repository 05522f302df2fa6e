//! The Configuration API: what each method answers and refuses, and what comes of it.

mod chance;
mod staff;
mod webhook;

use super::super::version::Version;
use super::*;

const CLIENT: &str = "0805e283233042b37f460ed8fbf22160";

/// A credential that has the scopes: that of an agent, unless it takes scopes that are not for the public.
fn good_for(method: &str) -> &'static str {
    match method {
        "suspend_agent" | "unsuspend_agent" | "approve_agent" => PAT,
        _ => AGENT_TOKEN,
    }
}

impl Stage {
    /// The answer to a call that is taken.
    fn done(&mut self, method: &str, body: Value) -> Value {
        let (reply, document) = self.call(method, good_for(method), &body);
        assert_eq!(reply.status, 200, "{method} {body}: {document}");
        document
    }

    /// The type of error and text of a call that is not.
    fn refused(&mut self, method: &str, token: &str, body: &Value) -> (String, String) {
        let (reply, document) = self.call(method, token, body);
        assert_ne!(reply.status, 200, "{method} {body}: {document}");
        let text = |key: &str| document["error"][key].as_str().unwrap().to_owned();
        (text("type"), text("message"))
    }
}

#[test]
fn every_method_checks_version_credential_and_body() {
    let routes = (Vendor::of::<Livechat>().routes)();
    for route in routes.iter().filter(|route| route.path.contains("/configuration/") && route.method == Method::POST) {
        let method = route.name;
        let check = |version: &str, token: &str, body: &'static str, code: &str| {
            let path = route.path.replace("{version}", version);
            let body = Body::Whole(body.into());
            let (_, document) = Stage::with_bot().send(Method::POST, &path, &[("authorization", token)], body);
            assert_eq!(document["error"]["type"], code, "{method}");
        };
        check("v3.3", AGENT_TOKEN, "{}", "unsupported_version");
        let newest =
            Version::WORDS.iter().rfind(|word| Version::named(word).is_some_and(|version| version.has(method)));
        let newest = format!("v{}", newest.unwrap());
        check(&newest, PAT, "{", "validation");
        check(&newest, PAT, "[]", "validation");
        if !OPEN.contains(&method) {
            check(&newest, "Bearer x", "{", "authentication");
        }
    }
}

/// The methods that ask nobody who they are.
const OPEN: &[&str] = &["list_webhook_names", "issue_bot_token"];
